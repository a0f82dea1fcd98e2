using Continuity.Artifacts;
using Continuity.Grains.Artifacts;
using Continuity.Pipelines;
using Continuity.Tasks;

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Continuity.Grains.Tests.Artifacts;

/// <summary>Files between the artifact store and ComfyUI, in a running farm.</summary>
public sealed class TransferTests
{
    [Fact]
    public async Task APictureForManyTasksIsSentToAGpuOnce()
    {
        await using var farm = await Farm.StartAsync();
        var definition = Pipes.Of(Pipes.Keyframe("k1"), Pipes.Video("v1", "k1"), Pipes.Video("v2", "k1"), Pipes.Video("v3", "k1"));

        var end = await farm.RunAsync(definition);

        Assert.True(end.Summary.Status == PipelineStatus.Completed, Farm.Describe(end));
        Assert.Equal(1, farm.Gpus[0].Statistics.Uploads);
    }

    [Fact]
    public async Task AFrameThatWasTidiedAwayInALongWaitIsTakenAgain()
    {
        TroubledStore? store = null;
        await using var farm = await Farm.StartAsync(silo: host => host.Services.Replace(ServiceDescriptor.Singleton<IArtifactStore>(
            provider => store = new TroubledStore(ActivatorUtilities.CreateInstance<FileArtifactStore>(provider)))));
        var definition = Pipes.Of(Pipes.Keyframe("k1"), Pipes.Video("v1", "k1"), Pipes.Video("v2", "k1", previous: "v1"));
        store!.ForgetsOnce = true;

        var end = await farm.RunAsync(definition);

        Assert.True(end.Summary.Status == PipelineStatus.Completed, Farm.Describe(end));
        Assert.All(end.Tasks, task => Assert.Equal(1, task.Row.Attempts));
        Assert.False(store.ForgetsOnce);
    }

    [Fact]
    public async Task AResultThatCannotBeStoredWaitsAtItsComfyUI()
    {
        TroubledStore? store = null;
        await using var farm = await Farm.StartAsync(silo: host => host.Services.Replace(ServiceDescriptor.Singleton<IArtifactStore>(
            provider => store = new TroubledStore(ActivatorUtilities.CreateInstance<FileArtifactStore>(provider)))));
        store!.IsFull = true;
        var definition = Pipes.Of(Pipes.Keyframe("k1"));
        await farm.SubmitAsync(definition);

        var waiting = await farm.UntilAsync(definition, snapshot => snapshot.Tasks[0].Live is { Phase: TaskPhase.Collecting, Detail: not null });
        store.IsFull = false;
        var end = await farm.EndOfAsync(definition);

        Assert.Contains("No room is left", waiting.Tasks[0].Live!.Detail, StringComparison.Ordinal);
        Assert.True(end.Summary.Status == PipelineStatus.Completed, Farm.Describe(end));
        Assert.Equal((1, 1), (end.Tasks[0].Row.Attempts, farm.Executions()));
    }

    /// <summary>A store that can be full, and can lose sight of what it holds at the moment of an upload.</summary>
    private sealed class TroubledStore(IArtifactStore inner) : IArtifactStore
    {
        private int _opened;

        public bool IsFull { get; set; }

        /// <summary>The first picture that is opened is the still for the first clip, the second one the last frame of that clip for the next.</summary>
        public bool ForgetsOnce { get; set; }

        public string Name => inner.Name;

        public Task<ArtifactRef> PutAsync(Stream content, string mediaType, CancellationToken cancellationToken) => IsFull
            ? throw new ArtifactStoreFullException("No room is left in the test.")
            : inner.PutAsync(content, mediaType, cancellationToken);

        public Task<IArtifactWriter> CreateAsync(CancellationToken cancellationToken) => inner.CreateAsync(cancellationToken);

        public async Task<Stream?> OpenAsync(ArtifactRef artifact, CancellationToken cancellationToken)
        {
            if (ForgetsOnce && artifact.IsImage && Interlocked.Increment(ref _opened) == 2)
            {
                ForgetsOnce = false;
                Assert.True(await inner.DeleteAsync(artifact.Sha256, DateTimeOffset.MaxValue, cancellationToken));
            }

            return await inner.OpenAsync(artifact, cancellationToken);
        }

        public Task<bool> ExistsAsync(ArtifactRef artifact, CancellationToken cancellationToken) => inner.ExistsAsync(artifact, cancellationToken);

        public Task<LocalFile> GetLocalPathAsync(ArtifactRef artifact, CancellationToken cancellationToken) => inner.GetLocalPathAsync(artifact, cancellationToken);

        public IAsyncEnumerable<StoredArtifact> ListAsync(CancellationToken cancellationToken) => inner.ListAsync(cancellationToken);

        public Task<bool> DeleteAsync(string sha256, DateTimeOffset untouchedSince, CancellationToken cancellationToken) => inner.DeleteAsync(sha256, untouchedSince, cancellationToken);

        public Task<DateTimeOffset> GetTimeAsync(CancellationToken cancellationToken) => inner.GetTimeAsync(cancellationToken);

        public Task ProbeWriteAsync(CancellationToken cancellationToken) => inner.ProbeWriteAsync(cancellationToken);

        public Task<string> ClaimAsync(string owner, CancellationToken cancellationToken) => inner.ClaimAsync(owner, cancellationToken);
    }
}
