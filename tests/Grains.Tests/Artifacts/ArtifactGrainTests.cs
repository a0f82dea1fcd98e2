using Continuity.Artifacts;
using Continuity.Grains.Artifacts;
using Continuity.Pipelines;
using Microsoft.Extensions.DependencyInjection;
using Orleans.TestingHost;

namespace Continuity.Grains.Tests.Artifacts;

public sealed class ArtifactGrainTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("continuity uploads ").FullName;
    private InProcessTestCluster _cluster = null!;

    public async Task InitializeAsync()
    {
        var builder = new InProcessTestClusterBuilder(initialSilosCount: 1);
        builder.ConfigureSilo((_, silo) => silo.Services.AddFileArtifacts(options => options.Directory = _folder));
        _cluster = builder.Build();
        await _cluster.DeployAsync();
    }

    public async Task DisposeAsync()
    {
        await _cluster.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Upload_InChunksWithRepeats_IsStoredOnceAndReadInParts()
    {
        var upload = Grain("upload");
        var bytes = Enumerable.Range(0, IArtifactGrain.ChunkSize + 1000).Select(i => (byte)(i * 7)).ToArray();
        var (first, second) = (bytes[..IArtifactGrain.ChunkSize], bytes[IArtifactGrain.ChunkSize..]);

        Assert.Equal(first.Length, await upload.AppendAsync(0, first));
        Assert.Equal(first.Length, await upload.AppendAsync(0, first));
        Assert.Equal(bytes.Length, await upload.AppendAsync(first.Length, second));
        var artifact = await upload.CompleteAsync("video/mp4");

        Assert.Equal(artifact, await upload.CompleteAsync("video/mp4"));
        Assert.Equal(bytes.Length, await upload.AppendAsync(first.Length, second));
        Assert.Equal(first, await Grain("reader").ReadAsync(artifact, 0, int.MaxValue));
        Assert.Equal(bytes[^10..], await Grain("reader").ReadAsync(artifact, bytes.Length - 10, 100));
        Assert.Empty((await Grain("reader").ReadAsync(artifact, bytes.Length, 100))!);
        Assert.Null(await Grain("reader").ReadAsync(artifact with { Sha256 = new string('0', 64) }, 0, 1));
    }

    [Fact]
    public async Task Append_AGapOrAnOverlap_IsRefusedAndHarmsNothing()
    {
        var upload = Grain("gap");
        await upload.AppendAsync(0, [1, 2, 3]);

        await Assert.ThrowsAsync<InvalidOperationException>(() => upload.AppendAsync(4, [5]));
        await Assert.ThrowsAsync<InvalidOperationException>(() => upload.AppendAsync(2, [3, 4]));
        await upload.AppendAsync(3, [4]);

        Assert.Equal(4, (await upload.CompleteAsync("image/png")).Size);
    }

    [Fact]
    public async Task Complete_NothingAppended_IsRefusedButAnEmptyChunkIsAnEmptyFile()
    {
        await Assert.ThrowsAsync<InvalidOperationException>(() => Grain("empty").CompleteAsync("text/plain"));

        await Grain("empty").AppendAsync(0, []);

        Assert.Equal(0, (await Grain("empty").CompleteAsync("text/plain")).Size);
    }

    [Fact]
    public async Task Append_MoreThanAChunk_IsRefused() =>
        await Assert.ThrowsAsync<ArgumentException>(() => Grain("large").AppendAsync(0, new byte[IArtifactGrain.ChunkSize + 1]));

    [Fact]
    public async Task Deactivation_DiscardsTheUnfinishedUpload()
    {
        await Grain("idle").AppendAsync(0, [1, 2, 3]);
        Assert.Single(Directory.GetFiles(Path.Combine(_folder, ".incoming")));

        await _cluster.Client.GetGrain<IManagementGrain>(0).ForceActivationCollection(TimeSpan.Zero);

        Assert.Empty(Directory.GetFiles(Path.Combine(_folder, ".incoming")));
        await Assert.ThrowsAsync<InvalidOperationException>(() => Grain("idle").AppendAsync(3, [4]));
        await Assert.ThrowsAsync<InvalidOperationException>(() => Grain("idle").CompleteAsync("image/png"));
    }

    [Fact]
    public async Task ADamagedFile_IsToldInWordsThatTravel()
    {
        await Grain("damaged").AppendAsync(0, [1, 2, 3]);
        var artifact = await Grain("damaged").CompleteAsync("image/png");
        await File.WriteAllBytesAsync(Directory.GetFiles(_folder, artifact.Sha256, SearchOption.AllDirectories).Single(), [3, 2, 1]);

        var fault = await Assert.ThrowsAsync<StoreException>(() => Grain("reader").ReadAsync(artifact, 0, 3));

        Assert.Contains("is damaged", fault.Message, StringComparison.Ordinal);
        Assert.False(fault.MayPass);
    }

    private IArtifactGrain Grain(string upload) => _cluster.Client.GetGrain<IArtifactGrain>(upload);
}
