using System.Security.Cryptography;

using Continuity.Artifacts;
using Continuity.Client.Artifacts;
using Continuity.Client.Downloads;

namespace Continuity.Client.Tests.Sdk;

public sealed class TransferTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(IArtifactGrain.ChunkSize)]
    [InlineData(IArtifactGrain.ChunkSize * 2 + 7)]
    public async Task ArtifactStream_ReadToTheEnd_GivesEveryByteOnce(int length)
    {
        var content = RandomNumberGenerator.GetBytes(length);
        await using var stream = Open(content);
        using var copy = new MemoryStream();

        await stream.CopyToAsync(copy);

        Assert.Equal(content, copy.ToArray());
    }

    [Fact]
    public async Task ArtifactStream_Seek_ReadsFromThere()
    {
        byte[] content = [.. Enumerable.Range(0, 100).Select(value => (byte)value)];
        await using var stream = Open(content);

        stream.Seek(-1, SeekOrigin.End);
        var last = new byte[1];
        await stream.ReadExactlyAsync(last);
        stream.Position = 7;
        var seventh = new byte[1];
        await stream.ReadExactlyAsync(seventh);

        Assert.Equal((99, 7), (last[0], seventh[0]));
    }

    [Fact]
    public async Task AtomicFile_FailedWrite_LeavesTheOldFileAndNothingElse()
    {
        var path = Path.Combine(_folder.Path, "a", "film.mp4");
        await AtomicFile.WriteAsync(path, file => file.WriteAsync("old"u8.ToArray()).AsTask(), CancellationToken.None);

        await Assert.ThrowsAsync<IOException>(() => AtomicFile.WriteAsync(
            path,
            async file =>
            {
                await file.WriteAsync("half"u8.ToArray());
                throw new IOException("broken");
            },
            CancellationToken.None));

        Assert.Equal("old", await File.ReadAllTextAsync(path));
        Assert.Equal([path], Directory.GetFiles(Path.GetDirectoryName(path)!));
    }

    [Fact]
    public async Task AtomicFile_TwoWritersOfOneFile_BothEndAndOneOfThemWins()
    {
        var path = Path.Combine(_folder.Path, "film.mp4");
        var isOpen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var mayEnd = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var slow = AtomicFile.WriteAsync(
            path,
            async file =>
            {
                isOpen.SetResult();
                await mayEnd.Task;
                await file.WriteAsync("slow"u8.ToArray());
            },
            CancellationToken.None);
        await isOpen.Task;

        await AtomicFile.WriteAsync(path, file => file.WriteAsync("fast"u8.ToArray()).AsTask(), CancellationToken.None);
        Assert.Equal("fast", await File.ReadAllTextAsync(path));
        mayEnd.SetResult();
        await slow;

        Assert.Equal("slow", await File.ReadAllTextAsync(path));
        Assert.Equal([path], Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public async Task AtomicFile_PartsOfDeadProcesses_AreRemoved()
    {
        var path = Path.Combine(_folder.Path, "film.mp4");
        var other = Path.Combine(_folder.Path, $"film.mp4.{Environment.ProcessId}-999999.part");
        await File.WriteAllTextAsync(Path.Combine(_folder.Path, $"film.mp4.{int.MaxValue}-1.part"), "of a process that was killed");
        await File.WriteAllTextAsync(other, "of a process that lives");

        await AtomicFile.WriteAsync(path, file => file.WriteAsync("new"u8.ToArray()).AsTask(), CancellationToken.None);

        Assert.Equal([path, other], Directory.GetFiles(_folder.Path).Order(StringComparer.Ordinal));
    }

    private static ArtifactStream Open(byte[] content) => new(
        new ArtifactRef(new string('a', 64), content.Length, "video/mp4"),
        (offset, count, _) => Task.FromResult(content.Skip((int)offset).Take(count).ToArray()));
}
