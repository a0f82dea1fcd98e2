using Orleans.Concurrency;

namespace Continuity.Grains.Hosting;

/// <summary>Answers, when this silo can still run grains.</summary>
[Alias("continuity.IPulseGrain")]
internal interface IPulseGrain : IGrainWithIntegerKey
{
    [Alias("beat")]
    Task BeatAsync();
}

/// <summary>A stateless worker is always on the silo that asks.</summary>
[StatelessWorker]
internal sealed class PulseGrain : Grain, IPulseGrain
{
    public Task BeatAsync() => Task.CompletedTask;
}
