using System.Security.Cryptography;
using Continuity.Artifacts;
using Continuity.Grains.Artifacts;

namespace Continuity.Grains.Tests.Artifacts;

/// <summary>What every artifact store must do. Each implementation derives from it.</summary>
public abstract class ArtifactStoreConformance
{
    /// <summary>An empty store of the test's own.</summary>
    private protected abstract IArtifactStore Store { get; }

    /// <summary>A time before <see cref="Cutoff"/>, which <see cref="AgeAsync"/> gives to artifacts.</summary>
    protected static DateTime LongAgo { get; } = new(2001, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    protected static DateTimeOffset Cutoff { get; } = new(2002, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>How often a put and a deletion race.</summary>
    protected virtual int Races => 50;

    /// <summary>Makes an artifact look as if it had been stored <see cref="LongAgo"/>.</summary>
    protected abstract Task AgeAsync(ArtifactRef artifact);

    protected static byte[] Bytes(int count, int seed = 1)
    {
        var bytes = new byte[count];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    protected static ArtifactRef RefOf(byte[] bytes, string mediaType = "video/mp4") => new(Convert.ToHexStringLower(SHA256.HashData(bytes)), bytes.Length, mediaType);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(128 * 1024)]
    [InlineData((128 * 1024) + 1)]
    [InlineData(3_000_000)]
    public async Task Put_AnySize_IsReadBackUnderItsHash(int size)
    {
        var bytes = Bytes(size);

        var artifact = await Store.PutAsync(new MemoryStream(bytes), "video/mp4", CancellationToken.None);

        Assert.Equal(RefOf(bytes), artifact);
        Assert.True(await Store.ExistsAsync(artifact, CancellationToken.None));
        Assert.Equal(bytes, await ReadAsync(artifact));
    }

    [Fact]
    public async Task Put_StreamInTheMiddle_TakesTheRest()
    {
        var stream = new MemoryStream(Bytes(100)) { Position = 40 };

        var artifact = await Store.PutAsync(stream, "image/png", CancellationToken.None);

        Assert.Equal(Bytes(100)[40..], await ReadAsync(artifact));
        Assert.True(stream.CanRead);
    }

    [Fact]
    public async Task Put_SameContentManyTimesAtOnce_IsOneArtifact()
    {
        var bytes = Bytes(300_000);

        var artifacts = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => Store.PutAsync(new MemoryStream(bytes), "video/mp4", CancellationToken.None))));

        Assert.Equal(RefOf(bytes), Assert.Single(artifacts.Distinct()));
        Assert.Equal(bytes, await ReadAsync(artifacts[0]));
    }

    [Fact]
    public async Task Put_Cancelled_KeepsNothing()
    {
        var bytes = Bytes(1000);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Store.PutAsync(new MemoryStream(bytes), "video/mp4", new CancellationToken(canceled: true)));

        Assert.False(await Store.ExistsAsync(RefOf(bytes), CancellationToken.None));
    }

    [Fact]
    public async Task Writer_Pieces_BecomeOneArtifact()
    {
        var bytes = Bytes(10_000);
        await using var writer = await Store.CreateAsync(CancellationToken.None);

        foreach (var piece in bytes.Chunk(777))
        {
            await writer.WriteAsync(piece, CancellationToken.None);
        }

        Assert.Equal(bytes.Length, writer.Length);
        Assert.Equal(RefOf(bytes), await writer.CompleteAsync("video/mp4", CancellationToken.None));
        Assert.Equal(bytes, await ReadAsync(RefOf(bytes)));
    }

    [Fact]
    public async Task Writer_DisposedEarly_KeepsNothing()
    {
        var bytes = Bytes(5000);
        await using (var writer = await Store.CreateAsync(CancellationToken.None))
        {
            await writer.WriteAsync(bytes, CancellationToken.None);
        }

        Assert.False(await Store.ExistsAsync(RefOf(bytes), CancellationToken.None));
        Assert.Null(await Store.OpenAsync(RefOf(bytes), CancellationToken.None));
    }

    [Fact]
    public async Task Missing_IsNullOrNotFound()
    {
        var missing = RefOf(Bytes(10, seed: 99));

        Assert.False(await Store.ExistsAsync(missing, CancellationToken.None));
        Assert.Null(await Store.OpenAsync(missing, CancellationToken.None));
        await Assert.ThrowsAsync<ArtifactNotFoundException>(() => Store.GetLocalPathAsync(missing, CancellationToken.None));
    }

    [Theory]
    [InlineData("../../../../etc/passwd")]
    [InlineData("")]
    [InlineData("ABCDEFABCDEFABCDEFABCDEFABCDEFABCDEFABCDEFABCDEFABCDEFABCDEFABCD")]
    public async Task Reference_ThatIsNoHash_IsRefused(string hash) =>
        await Assert.ThrowsAsync<ArgumentException>(() => Store.OpenAsync(new ArtifactRef(hash, 1, "image/png"), CancellationToken.None));

    [Fact]
    public async Task LocalPath_HoldsTheContentUntilDisposed()
    {
        var bytes = Bytes(5000);
        var artifact = await Store.PutAsync(new MemoryStream(bytes), "video/mp4", CancellationToken.None);

        await using (var file = await Store.GetLocalPathAsync(artifact, CancellationToken.None))
        {
            Assert.Equal(bytes, await File.ReadAllBytesAsync(file.Path));
        }

        Assert.Equal(bytes, await ReadAsync(artifact));
    }

    [Fact]
    public async Task Open_WrongSize_IsCorrupt()
    {
        var artifact = await Store.PutAsync(new MemoryStream(Bytes(100)), "video/mp4", CancellationToken.None);

        await Assert.ThrowsAsync<ArtifactCorruptException>(() => ReadAsync(artifact with { Size = 101 }));
    }

    [Fact]
    public async Task List_TellsAllInTheOrderOfTheirHashes()
    {
        var stored = new List<ArtifactRef>();
        for (var seed = 1; seed <= 5; seed++)
        {
            stored.Add(await Store.PutAsync(new MemoryStream(Bytes(seed * 100, seed)), "video/mp4", CancellationToken.None));
        }

        await AgeAsync(stored[2]);
        await using var unfinished = await Store.CreateAsync(CancellationToken.None);
        await unfinished.WriteAsync(Bytes(10), CancellationToken.None);

        var listed = await ListAsync();

        Assert.Equal(stored.Select(artifact => (artifact.Sha256, artifact.Size)).Order(), listed.Select(item => (item.Sha256, item.Size)));
        Assert.Equal(LongAgo, listed.Single(item => item.Sha256 == stored[2].Sha256).TouchedAt.UtcDateTime);
        Assert.All(listed.Where(item => item.Sha256 != stored[2].Sha256), item => Assert.True(item.TouchedAt > Cutoff));
    }

    [Fact]
    public async Task Claim_TheFirstOneOwnsIt()
    {
        Assert.Equal("first", await Store.ClaimAsync("first", CancellationToken.None));
        Assert.Equal("first", await Store.ClaimAsync("second", CancellationToken.None));
        Assert.Equal("first", await Store.ClaimAsync("first", CancellationToken.None));
        Assert.Empty(await ListAsync());
    }

    [Fact]
    public async Task ProbeWrite_LeavesNoArtifact()
    {
        await Store.ProbeWriteAsync(CancellationToken.None);
        await Store.ProbeWriteAsync(CancellationToken.None);

        Assert.Empty(await ListAsync());
    }

    [Fact]
    public async Task Time_IsThatOfTheClockThatAgesArtifacts()
    {
        var before = await Store.GetTimeAsync(CancellationToken.None);
        var artifact = await Store.PutAsync(new MemoryStream(Bytes(100)), "video/mp4", CancellationToken.None);
        await AgeAsync(artifact);
        await Store.PutAsync(new MemoryStream(Bytes(100)), "video/mp4", CancellationToken.None);
        var touched = Assert.Single(await ListAsync()).TouchedAt;
        var after = await Store.GetTimeAsync(CancellationToken.None);

        // A single object tells its time in whole seconds.
        Assert.InRange(touched, before, after + TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task Delete_TakesWhatIsOldAndNothingElse()
    {
        var old = await Store.PutAsync(new MemoryStream(Bytes(100)), "video/mp4", CancellationToken.None);
        var young = await Store.PutAsync(new MemoryStream(Bytes(200)), "video/mp4", CancellationToken.None);
        await AgeAsync(old);

        Assert.False(await Store.DeleteAsync(young.Sha256, Cutoff, CancellationToken.None));
        Assert.True(await Store.DeleteAsync(old.Sha256, Cutoff, CancellationToken.None));
        Assert.False(await Store.DeleteAsync(old.Sha256, Cutoff, CancellationToken.None));

        Assert.False(await Store.ExistsAsync(old, CancellationToken.None));
        Assert.Equal([young.Sha256], (await ListAsync()).Select(item => item.Sha256));
        await Store.PutAsync(new MemoryStream(Bytes(100)), "video/mp4", CancellationToken.None);
        Assert.Equal(Bytes(100), await ReadAsync(old));
    }

    [Fact]
    public async Task Put_OfWhatIsHeld_MakesItYoungAgain()
    {
        var artifact = await Store.PutAsync(new MemoryStream(Bytes(100)), "video/mp4", CancellationToken.None);
        await AgeAsync(artifact);

        var others = new[] { 2, 3, 4 };
        foreach (var seed in others)
        {
            await Store.PutAsync(new MemoryStream(Bytes(100, seed)), "video/mp4", CancellationToken.None);
            await Store.PutAsync(new MemoryStream(Bytes(100, seed)), "video/mp4", CancellationToken.None);
        }

        await Store.PutAsync(new MemoryStream(Bytes(100)), "video/mp4", CancellationToken.None);

        Assert.True((await ListAsync()).Single(item => item.Sha256 == artifact.Sha256).TouchedAt > Cutoff);
        Assert.False(await Store.DeleteAsync(artifact.Sha256, Cutoff, CancellationToken.None));
        Assert.Equal(Bytes(100), await ReadAsync(artifact));
    }

    [Fact]
    public async Task PutAndDeleteAtOnce_WhatWasPutIsThere()
    {
        var artifact = await Store.PutAsync(new MemoryStream(Bytes(100)), "video/mp4", CancellationToken.None);
        for (var round = 0; round < Races; round++)
        {
            await AgeAsync(artifact);

            var delete = Task.Run(() => Store.DeleteAsync(artifact.Sha256, Cutoff, CancellationToken.None));
            var put = Task.Run(async () =>
            {
                // Spread over the time that the deletion takes.
                for (var turn = 0; turn < round % 5; turn++)
                {
                    await Store.ExistsAsync(artifact, CancellationToken.None);
                }

                await Store.PutAsync(new MemoryStream(Bytes(100)), "video/mp4", CancellationToken.None);
                return await Store.ExistsAsync(artifact, CancellationToken.None);
            });

            Assert.True(await put, $"Round {round}: gone after the put (the deletion said {await delete}).");
            await delete;
            Assert.Equal(Bytes(100), await ReadAsync(artifact));
        }
    }

    private protected async Task<List<StoredArtifact>> ListAsync()
    {
        var listed = new List<StoredArtifact>();
        await foreach (var item in Store.ListAsync(CancellationToken.None))
        {
            listed.Add(item);
        }

        return listed;
    }

    protected async Task<byte[]> ReadAsync(ArtifactRef artifact)
    {
        await using var stream = await Store.OpenAsync(artifact, CancellationToken.None);
        Assert.NotNull(stream);
        var copy = new MemoryStream();
        await stream.CopyToAsync(copy);
        return copy.ToArray();
    }
}
