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

    private static ArtifactStream Open(byte[] content) => new(
        new ArtifactRef(new string('a', 64), content.Length, "video/mp4"),
        (offset, count, _) => Task.FromResult(content.Skip((int)offset).Take(count).ToArray()));
}
