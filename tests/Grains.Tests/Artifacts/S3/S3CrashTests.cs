using System.Security.Cryptography;
using Continuity.Artifacts;
using Continuity.Grains.Artifacts;
using Continuity.Grains.Artifacts.S3;
using Microsoft.Extensions.Options;

namespace Continuity.Grains.Tests.Artifacts.S3;

/// <summary>A server that dies while it is written to.</summary>
public sealed class S3CrashTests : IAsyncLifetime, IDisposable
{
    private const int PartBytes = 5 << 20;

    private readonly S3Server _server = new();
    private readonly List<S3ArtifactStore> _stores = [];

    public Task InitializeAsync() => _server.InitializeAsync();

    public Task DisposeAsync()
    {
        _stores.ForEach(store => store.Dispose());
        return _server.DisposeAsync();
    }

    public void Dispose() => _server.Dispose();

    [Fact]
    public async Task Put_ServerKilledInTheMiddle_IsAFaultAndNeverReadAsTheArtifact()
    {
        var bytes = Bytes(PartBytes);
        await using var proxy = new CuttingProxy(_server.Address);
        var killed = 0;
        proxy.OnSent = async count =>
        {
            if (count > bytes.Length / 2 && Interlocked.Exchange(ref killed, 1) == 0)
            {
                await _server.KillAsync();
            }

            return true;
        };
        var store = NewStore(proxy.Address);

        var fault = await Assert.ThrowsAsync<ArtifactStoreUnavailableException>(() => store.PutAsync(new MemoryStream(bytes), "video/mp4", CancellationToken.None));
        await _server.RestartAsync();

        Assert.Contains($"'{S3Server.Bucket}' at {proxy.Address}", fault.Message, StringComparison.Ordinal);
        var other = NewStore();
        Assert.False(await other.ExistsAsync(RefOf(bytes), CancellationToken.None));

        // This server, unlike S3, shows what it got so far; its size gives it away.
        var read = await Record.ExceptionAsync(async () => Assert.Null(await other.OpenAsync(RefOf(bytes), CancellationToken.None)));
        Assert.True(read is null or ArtifactCorruptException, $"{read}");
        await store.PutAsync(new MemoryStream(bytes), "video/mp4", CancellationToken.None);
        await using var stream = await other.OpenAsync(RefOf(bytes), CancellationToken.None);
        Assert.Equal(RefOf(bytes), await NewStore().PutAsync(stream!, "video/mp4", CancellationToken.None));
    }

    [Fact]
    public async Task Put_ServerKilledBetweenTwoParts_LeavesNoObject()
    {
        var bytes = Bytes(4 * PartBytes);
        await using var proxy = new CuttingProxy(_server.Address);
        var killed = 0;
        proxy.OnSent = async count =>
        {
            if (count > 2.5 * PartBytes && Interlocked.Exchange(ref killed, 1) == 0)
            {
                await _server.KillAsync();
            }

            return true;
        };

        await Assert.ThrowsAsync<ArtifactStoreUnavailableException>(
            () => NewStore(proxy.Address).PutAsync(new MemoryStream(bytes), "video/mp4", CancellationToken.None));
        await _server.RestartAsync();

        Assert.Null(await NewStore().OpenAsync(RefOf(bytes), CancellationToken.None));
    }

    private S3ArtifactStore NewStore(Uri? address = null)
    {
        var options = _server.Options(prefix: "");
        options.PartBytes = PartBytes;
        options.ServiceUrl = (address ?? _server.Address).ToString();
        var store = new S3ArtifactStore(Options.Create(options), TimeProvider.System);
        _stores.Add(store);
        return store;
    }

    private static byte[] Bytes(int count)
    {
        var bytes = new byte[count];
        new Random(1).NextBytes(bytes);
        return bytes;
    }

    private static ArtifactRef RefOf(byte[] bytes) => new(Convert.ToHexStringLower(SHA256.HashData(bytes)), bytes.Length, "video/mp4");
}
