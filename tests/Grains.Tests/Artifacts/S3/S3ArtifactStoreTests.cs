using Continuity.Artifacts;
using Continuity.Grains.Artifacts;
using Continuity.Grains.Artifacts.S3;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace Continuity.Grains.Tests.Artifacts.S3;

public sealed class S3ArtifactStoreTests : ArtifactStoreConformance, IClassFixture<S3Server>, IDisposable
{
    private const int PartBytes = 5 << 20;

    private readonly string _prefix = $"{Guid.NewGuid():N}/";
    private readonly List<S3ArtifactStore> _stores = [];
    private readonly S3Server _server;

    public S3ArtifactStoreTests(S3Server server)
    {
        _server = server;
        NewStore();
    }

    private protected override IArtifactStore Store => _stores[0];

    protected override int Races => 8;

    public void Dispose() => _stores.ForEach(store => store.Dispose());

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(PartBytes)]
    [InlineData((3 * PartBytes) + 1)]
    public async Task Put_AnySize_IsReadByAnotherSiloWithoutACopy(int size)
    {
        var bytes = Bytes(size);
        var artifact = await Store.PutAsync(new MemoryStream(bytes), "video/mp4", CancellationToken.None);

        var other = NewStore();
        await using var stream = await other.OpenAsync(artifact, CancellationToken.None);
        var copy = new MemoryStream();
        await stream!.CopyToAsync(copy);

        Assert.IsType<S3ArtifactStream>(stream);
        Assert.Equal(bytes, copy.ToArray());

        // An upload whose answer was lost is sent again, finds its own content there, and leaves a mark beside it.
        Assert.Equal([$"sha256/{artifact.Sha256}"], _server.Keys(_prefix).Where(key => key.StartsWith("sha256/", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Put_SameContentAgain_SendsNothingButAMark()
    {
        await using var proxy = new CuttingProxy(_server.Address);
        var bytes = Bytes(1_000_000);
        await NewStore(options => options.ServiceUrl = proxy.Address.ToString()).PutAsync(new MemoryStream(bytes), "video/mp4", CancellationToken.None);
        var sent = proxy.Sent;

        await NewStore(options => options.ServiceUrl = proxy.Address.ToString()).PutAsync(new MemoryStream(bytes), "video/mp4", CancellationToken.None);

        Assert.True(sent > bytes.Length, $"{sent} bytes were sent the first time.");
        Assert.True(proxy.Sent - sent < 20_000, $"{proxy.Sent - sent} bytes were sent the second time.");
    }

    [Fact]
    public async Task Open_OneBitFlipped_NeverGivesTheEnd()
    {
        var artifact = await Store.PutAsync(new MemoryStream(Bytes(500_000)), "video/mp4", CancellationToken.None);
        await FlipAsync(artifact);
        var other = NewStore();
        await using var stream = await other.OpenAsync(artifact, CancellationToken.None);
        var got = new MemoryStream();

        var fault = await Assert.ThrowsAsync<ArtifactCorruptException>(() => stream!.CopyToAsync(got));

        Assert.True(got.Length < artifact.Size);
        Assert.Contains(artifact.Sha256, fault.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ArtifactCorruptException>(() => other.GetLocalPathAsync(artifact, CancellationToken.None));
    }

    [Fact]
    public async Task Put_OverAnObjectThatProvedDamaged_RepairsIt()
    {
        var artifact = await Store.PutAsync(new MemoryStream(Bytes(5000)), "video/mp4", CancellationToken.None);
        await FlipAsync(artifact);
        var other = NewStore();
        await Assert.ThrowsAsync<ArtifactCorruptException>(() => other.GetLocalPathAsync(artifact, CancellationToken.None));

        await other.PutAsync(new MemoryStream(Bytes(5000)), "video/mp4", CancellationToken.None);

        await using var file = await NewStore().GetLocalPathAsync(artifact, CancellationToken.None);
        Assert.Equal(Bytes(5000), await File.ReadAllBytesAsync(file.Path));
    }

    [Fact]
    public async Task Read_ConnectionsThatBreak_GoOnWhereTheyStopped()
    {
        var bytes = Bytes(3_000_000);
        var artifact = await Store.PutAsync(new MemoryStream(bytes), "video/mp4", CancellationToken.None);
        await using var proxy = new CuttingProxy(_server.Address);
        var next = 1_000_000L;
        var cuts = 0;
        proxy.OnReceived = count =>
        {
            if (count < next || cuts == 2)
            {
                return Task.FromResult(true);
            }

            (next, cuts) = (count + 1_000_000, cuts + 1);
            return Task.FromResult(false);
        };

        await using var file = await NewStore(options => options.ServiceUrl = proxy.Address.ToString()).GetLocalPathAsync(artifact, CancellationToken.None);

        Assert.Equal(2, cuts);
        Assert.Equal(bytes, await File.ReadAllBytesAsync(file.Path));
    }

    [Fact]
    public async Task LocalPath_ManyAtOnce_IsOneTransfer()
    {
        var bytes = Bytes(2_000_000);
        var artifact = await Store.PutAsync(new MemoryStream(bytes), "video/mp4", CancellationToken.None);
        await using var proxy = new CuttingProxy(_server.Address);
        var received = 0L;
        proxy.OnReceived = count => Task.FromResult((received = count) > 0);
        var store = NewStore(options => options.ServiceUrl = proxy.Address.ToString());

        var files = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => store.GetLocalPathAsync(artifact, CancellationToken.None))));

        Assert.True(received < 1.5 * bytes.Length, $"{received} bytes came for eight who wanted {bytes.Length}.");
        Assert.Equal(bytes, await File.ReadAllBytesAsync(files[7].Path));
        foreach (var file in files)
        {
            await file.DisposeAsync();
        }
    }

    [Fact]
    public async Task LocalCopies_TakeNoMoreRoomThanTheyMay_ButFilesInUseStay()
    {
        var store = NewStore(options => options.CacheBytes = 2500);
        var artifacts = new List<ArtifactRef>();
        for (var seed = 1; seed <= 5; seed++)
        {
            artifacts.Add(await store.PutAsync(new MemoryStream(Bytes(1000, seed)), "video/mp4", CancellationToken.None));
        }

        await using (var used = await store.GetLocalPathAsync(artifacts[0], CancellationToken.None))
        {
            foreach (var artifact in artifacts)
            {
                await using var file = await store.GetLocalPathAsync(artifact, CancellationToken.None);
                Assert.Equal(1000, new FileInfo(file.Path).Length);
            }

            Assert.Equal(Bytes(1000, 1), await File.ReadAllBytesAsync(used.Path));
        }

        var folder = Path.GetDirectoryName((await store.GetLocalPathAsync(artifacts[4], CancellationToken.None)).Path)!;
        var root = Path.GetFullPath(Path.Combine(folder, "..", ".."));
        Assert.InRange(Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories).Sum(path => new FileInfo(path).Length), 1000, 2500);
    }

    [Fact]
    public async Task WrongCredentials_AreToldWithoutTheSecret()
    {
        var store = NewStore(options => (options.AccessKey, options.SecretKey) = ("wrong-key", "wrong-secret"));

        var fault = await Assert.ThrowsAsync<ArtifactStoreException>(() => store.PutAsync(new MemoryStream([1]), "image/png", CancellationToken.None));

        Assert.Contains("AccessKey", fault.Message, StringComparison.Ordinal);
        Assert.Contains(_server.Address.ToString(), fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("wrong-secret", fault.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task MissingBucket_IsNamedByEveryCall()
    {
        var store = NewStore(options => options.Bucket = "nobody-made-this");
        var artifact = RefOf(Bytes(10));
        Func<Task>[] calls =
        [
            () => store.PutAsync(new MemoryStream([1]), "image/png", CancellationToken.None),
            () => store.ProbeWriteAsync(CancellationToken.None),
            () => store.ClaimAsync("farm", CancellationToken.None),
            () => store.ExistsAsync(artifact, CancellationToken.None),
            () => store.OpenAsync(artifact, CancellationToken.None),
            () => store.GetLocalPathAsync(artifact, CancellationToken.None),
            () => store.DeleteAsync(artifact.Sha256, DateTimeOffset.MaxValue, CancellationToken.None),
        ];

        foreach (var call in calls)
        {
            var fault = await Assert.ThrowsAsync<ArtifactStoreException>(call);
            Assert.Contains("There is no bucket 'nobody-made-this'", fault.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task List_GoesThroughAllPages()
    {
        using var bucket = new S3Bucket(_server.Options(_prefix)) { ListPage = 2 };
        string[] keys = ["a/1", "a/2", "a/3", "a/4", "a/5", "b/1"];
        foreach (var key in keys)
        {
            await bucket.MarkAsync(key, CancellationToken.None);
        }

        var found = new List<string>();
        await foreach (var entry in bucket.ListAsync("a/", CancellationToken.None))
        {
            found.Add(entry.Key);
        }

        Assert.Equal(keys[..5], found);
    }

    [Fact]
    public async Task Prefixes_KeepStoresApart()
    {
        var artifact = await NewStore(options => options.Prefix += "one/").PutAsync(new MemoryStream([1]), "image/png", CancellationToken.None);

        Assert.False(await NewStore(options => options.Prefix += "two/").ExistsAsync(artifact, CancellationToken.None));
        Assert.Equal([$"one/sha256/{artifact.Sha256}"], _server.Keys(_prefix));
    }

    [Fact]
    public void Registration_ReplacesTheFolderAndRefusesSettingsThatCannotWork()
    {
        var services = new ServiceCollection();
        services.AddFileArtifacts(options => options.Directory = "unused");
        services.AddS3Artifacts(options => (options.ServiceUrl, options.AccessKey, options.Prefix) = ("ftp://x", "key", "/p"));
        using var provider = services.BuildServiceProvider();

        var fault = Assert.Throws<OptionsValidationException>(provider.GetRequiredService<IArtifactStore>);

        Assert.Equal(4, fault.Failures.Count());
        Assert.All(fault.Failures, failure => Assert.StartsWith("S3ArtifactOptions.", failure, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Complete_ServerAway_CanBeRepeatedWhenItIsBack()
    {
        await using var proxy = new CuttingProxy(_server.Address);
        proxy.OnSent = _ => Task.FromResult(false);
        var store = NewStore(options => (options.ServiceUrl, options.CacheBytes) = (proxy.Address.ToString(), 0));
        await using var writer = await store.CreateAsync(CancellationToken.None);
        await writer.WriteAsync(Bytes(1000), CancellationToken.None);

        await Assert.ThrowsAsync<ArtifactStoreUnavailableException>(() => writer.CompleteAsync("video/mp4", CancellationToken.None));
        proxy.OnSent = _ => Task.FromResult(true);

        Assert.Equal(RefOf(Bytes(1000)), await writer.CompleteAsync("video/mp4", CancellationToken.None));
        Assert.True(await Store.ExistsAsync(RefOf(Bytes(1000)), CancellationToken.None));
    }

    [Fact]
    public async Task Put_WhileSomebodyDeletes_WaitsAndStoresAgain()
    {
        using var bucket = new S3Bucket(_server.Options(_prefix));
        var artifact = await Store.PutAsync(new MemoryStream(Bytes(100)), "video/mp4", CancellationToken.None);
        await bucket.MarkAsync(S3Keys.Condemned(artifact.Sha256), CancellationToken.None);

        var put = Store.PutAsync(new MemoryStream(Bytes(100)), "video/mp4", CancellationToken.None);
        await UntilAsync(() => _server.Keys(_prefix).Contains(S3Keys.Touched(artifact.Sha256)));
        await bucket.DeleteAsync(S3Keys.Artifact(artifact.Sha256), CancellationToken.None);
        Assert.False(put.IsCompleted);
        await bucket.DeleteAsync(S3Keys.Condemned(artifact.Sha256), CancellationToken.None);
        await put;

        Assert.True(await Store.ExistsAsync(artifact, CancellationToken.None));
    }

    [Fact]
    public async Task Put_WhileADeletionEnds_StoresAgain()
    {
        using var bucket = new S3Bucket(_server.Options(_prefix));
        var artifact = await Store.PutAsync(new MemoryStream(Bytes(100)), "video/mp4", CancellationToken.None);
        await using var proxy = new CuttingProxy(_server.Address);
        var ended = false;
        proxy.OnSent = async _ =>
        {
            // The deletion found the artifact old before the put touched it, and takes its mark away before the put asks for one.
            if (!ended && _server.Keys(_prefix).Contains(S3Keys.Touched(artifact.Sha256)))
            {
                ended = true;
                await bucket.DeleteAsync(S3Keys.Artifact(artifact.Sha256), CancellationToken.None);
            }

            return true;
        };

        await NewStore(options => options.ServiceUrl = proxy.Address.ToString()).PutAsync(new MemoryStream(Bytes(100)), "video/mp4", CancellationToken.None);

        Assert.True(ended);
        Assert.True(await Store.ExistsAsync(artifact, CancellationToken.None));
    }

    [Fact]
    public async Task Put_AfterTheDeathOfWhoeverDeletes_GoesOnAfterAWhile()
    {
        using var bucket = new S3Bucket(_server.Options(_prefix));
        var time = new FakeTimeProvider();
        using var store = new S3ArtifactStore(Options.Create(_server.Options(_prefix)), time);
        await bucket.MarkAsync(S3Keys.Condemned(RefOf(Bytes(100)).Sha256), CancellationToken.None);
        var started = time.GetTimestamp();

        var put = store.PutAsync(new MemoryStream(Bytes(100)), "video/mp4", CancellationToken.None);
        await UntilAsync(() =>
        {
            time.Advance(TimeSpan.FromMilliseconds(500));
            return put.IsCompleted;
        });

        Assert.True(await store.ExistsAsync(await put, CancellationToken.None));
        Assert.True(time.GetElapsedTime(started) >= TimeSpan.FromSeconds(20));
        Assert.DoesNotContain(S3Keys.Condemned((await put).Sha256), _server.Keys(_prefix));
    }

    protected override Task AgeAsync(ArtifactRef artifact)
    {
        foreach (var key in new[] { S3Keys.Artifact(artifact.Sha256), S3Keys.Touched(artifact.Sha256) })
        {
            if (File.Exists(_server.FileOf(_prefix + key)))
            {
                File.SetLastWriteTimeUtc(_server.FileOf(_prefix + key), LongAgo);
            }
        }

        return Task.CompletedTask;
    }

    private static async Task UntilAsync(Func<bool> holds)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!holds())
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, limit.Token);
        }
    }

    private S3ArtifactStore NewStore(Action<S3ArtifactOptions>? configure = null)
    {
        var options = _server.Options(_prefix);
        options.PartBytes = PartBytes;
        configure?.Invoke(options);
        var store = new S3ArtifactStore(Options.Create(options), TimeProvider.System);
        _stores.Add(store);
        return store;
    }

    private async Task FlipAsync(ArtifactRef artifact)
    {
        var path = _server.FileOf($"{_prefix}sha256/{artifact.Sha256}");
        var bytes = await File.ReadAllBytesAsync(path);
        bytes[bytes.Length / 2] ^= 1;
        await File.WriteAllBytesAsync(path, bytes);
    }
}
