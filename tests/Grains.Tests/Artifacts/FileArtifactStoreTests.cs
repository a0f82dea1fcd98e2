using Continuity.Artifacts;
using Continuity.Grains.Artifacts;
using Microsoft.Extensions.Time.Testing;

namespace Continuity.Grains.Tests.Artifacts;

public sealed class FileArtifactStoreTests : ArtifactStoreConformance, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("continuity artifacts ").FullName;
    private readonly FakeTimeProvider _time = new(DateTimeOffset.Parse("2026-01-01T00:00:00Z"));
    private readonly FileArtifactStore _store;

    public FileArtifactStoreTests() => _store = NewStore();

    private protected override IArtifactStore Store => _store;

    private string Incoming => Path.Combine(_folder, ".incoming");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Put_LiesInFoldersByItsHashAndLeavesNothingElse()
    {
        var hash = (await _store.PutAsync(new MemoryStream(Bytes(10)), "video/mp4", CancellationToken.None)).Sha256;

        Assert.Equal([Path.Combine(_folder, hash[..2], hash[2..4], hash)], Directory.GetFiles(_folder, "*", SearchOption.AllDirectories));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Open_OneBitFlipped_IsCorruptAlsoAfterItWasReadBefore(bool newProcess)
    {
        var artifact = await _store.PutAsync(new MemoryStream(Bytes(200_000)), "video/mp4", CancellationToken.None);
        await ReadAsync(artifact);
        var path = await FlipAsync(artifact.Sha256);

        var fault = await Assert.ThrowsAsync<ArtifactCorruptException>(() => (newProcess ? NewStore() : _store).OpenAsync(artifact, CancellationToken.None));

        Assert.Contains(path, fault.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ArtifactCorruptException>(() => _store.GetLocalPathAsync(artifact, CancellationToken.None));
    }

    [Fact]
    public async Task Put_OverADamagedFile_RepairsIt()
    {
        var artifact = await _store.PutAsync(new MemoryStream(Bytes(5000)), "video/mp4", CancellationToken.None);
        await FlipAsync(artifact.Sha256);

        await NewStore().PutAsync(new MemoryStream(Bytes(5000)), "video/mp4", CancellationToken.None);

        Assert.Equal(Bytes(5000), await ReadAsync(artifact));
    }

    [Fact]
    public async Task Put_DiskFull_NamesTheFolderAndLeavesNothing()
    {
        // Linux has a device that is always full.
        var store = new FileArtifactStore(new FileArtifactOptions { Directory = _folder }, _time, path =>
        {
            File.WriteAllBytes(path, []);
            return new FileStream("/dev/full", FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        });

        var fault = await Assert.ThrowsAsync<ArtifactStoreFullException>(() => store.PutAsync(new MemoryStream(Bytes(5000)), "video/mp4", CancellationToken.None));

        Assert.Contains(_folder, fault.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_folder, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task Start_SweepsOldUnfinishedFilesButNoneInUse()
    {
        var young = await UnfinishedAsync("young.part", TimeSpan.FromMinutes(59));
        var old = await UnfinishedAsync("old.part", TimeSpan.FromMinutes(61));
        await using var writer = await _store.CreateAsync(CancellationToken.None);
        var open = Directory.GetFiles(Incoming).Single(path => path != young && path != old);
        File.SetLastWriteTimeUtc(open, _time.GetUtcNow().UtcDateTime.AddDays(-2));

        NewStore();

        Assert.Equal([open, young], Directory.GetFiles(Incoming).Order(StringComparer.Ordinal));
        await writer.WriteAsync(Bytes(10), CancellationToken.None);
        Assert.Equal(RefOf(Bytes(10)), await writer.CompleteAsync("video/mp4", CancellationToken.None));
    }

    [Fact]
    public async Task Start_PutsBackWhatWasOnItsWayOut()
    {
        var artifact = await _store.PutAsync(new MemoryStream(Bytes(10)), "video/mp4", CancellationToken.None);
        var path = Directory.GetFiles(_folder, artifact.Sha256, SearchOption.AllDirectories).Single();
        File.Move(path, Path.Combine(Incoming, $"{artifact.Sha256}.{Guid.NewGuid():N}.outgoing"));
        Assert.False(await _store.ExistsAsync(artifact, CancellationToken.None));

        NewStore();

        Assert.Equal(Bytes(10), await ReadAsync(artifact));
        Assert.Empty(Directory.GetFiles(Incoming));
    }

    protected override Task AgeAsync(ArtifactRef artifact)
    {
        File.SetLastWriteTimeUtc(Directory.GetFiles(_folder, artifact.Sha256, SearchOption.AllDirectories).Single(), LongAgo);
        return Task.CompletedTask;
    }

    private FileArtifactStore NewStore() => new(Microsoft.Extensions.Options.Options.Create(new FileArtifactOptions { Directory = _folder }), _time);

    private async Task<string> UnfinishedAsync(string name, TimeSpan age)
    {
        var path = Path.Combine(Incoming, name);
        await File.WriteAllBytesAsync(path, [1]);
        File.SetLastWriteTimeUtc(path, (_time.GetUtcNow() - age).UtcDateTime);
        return path;
    }

    private async Task<string> FlipAsync(string hash)
    {
        var path = Directory.GetFiles(_folder, hash, SearchOption.AllDirectories).Single();
        var bytes = await File.ReadAllBytesAsync(path);
        bytes[bytes.Length / 2] ^= 1;
        await File.WriteAllBytesAsync(path, bytes);
        return path;
    }
}
