using Continuity.Cli.Hosting;
using Continuity.ComfyUI.Client;
using Continuity.Grains.Hosting;
using Continuity.Pipelines;

namespace Continuity.Client.Tests.Cli;

public sealed class HostingTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void TryOwn_WhileAnotherOwns_GivesNothing()
    {
        var data = new DataDirectory(Path.Combine(_folder.Path, "data"));

        using var first = data.TryOwn();

        Assert.NotNull(first);
        Assert.Null(new DataDirectory(data.FullPath).TryOwn());
    }

    [Fact]
    public void IsOwned_TellsWhetherThereIsAnOwner_AndNeverBecomesOne()
    {
        var data = new DataDirectory(Path.Combine(_folder.Path, "data"));
        Assert.False(data.IsOwned());
        Assert.False(data.Exists);

        using (var first = data.TryOwn())
        {
            Assert.NotNull(first);
            Assert.True(data.IsOwned());
        }

        Assert.False(data.IsOwned());
        using var second = data.TryOwn();
        Assert.NotNull(second);
    }

    [Fact]
    public void TryOwn_AfterTheOwnerLetGo_Succeeds()
    {
        var data = new DataDirectory(_folder.Path);
        data.TryOwn()?.Dispose();

        using var second = data.TryOwn();

        Assert.NotNull(second);
    }

    [Fact]
    public void Endpoint_WrittenAndRead_IsTheSame()
    {
        var data = new DataDirectory(_folder.Path);
        var endpoint = new Endpoint(42, 30_000, "continuity-x");

        endpoint.Write(data);

        Assert.Equal(endpoint, Endpoint.TryRead(data));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("{\"pid\":")]
    public void Endpoint_MissingOrBroken_IsNone(string? content)
    {
        var data = new DataDirectory(_folder.Path);
        if (content is not null)
        {
            File.WriteAllText(data.EndpointPath, content);
        }

        Assert.Null(Endpoint.TryRead(data));
    }

    [Fact]
    public async Task Find_AsksEveryAddressAndKeepsThoseThatAnswer()
    {
        var stats = new SystemStats("0.9.9", 1, 1, [new ComfyDevice("NVIDIA", "cuda", 2, 1)]);

        var found = await GpuDiscovery.FindAsync(
            GpuDiscovery.UsualAddresses,
            (address, _) => Task.FromResult(address.Port is 8188 or 8000 ? stats : null),
            CancellationToken.None);

        Assert.Equal(["127.0.0.1:8188", "127.0.0.1:8000"], found.Select(gpu => gpu.Registration.Id.Value));
        Assert.All(found, gpu => Assert.Equal("NVIDIA", gpu.Device));
    }

    [Fact]
    public void OutputFolders_RememberedFolder_IsFoundAgainAsAFullPath()
    {
        var folders = new OutputFolders(new DataDirectory(_folder.Path));

        folders.Remember(new PipelineId("p1"), "film");

        Assert.Equal(Path.GetFullPath("film"), folders.Of(new PipelineId("p1")));
        Assert.Equal(Path.GetFullPath("p2-film"), folders.Of(new PipelineId("p2")));
    }

    [Fact]
    public void FreePorts_TakeTwo_Differ()
    {
        var (first, second) = FreePorts.TakeTwo();

        Assert.NotEqual(first, second);
    }
}
