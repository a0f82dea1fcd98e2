using Continuity.Chaos.Pipelines;
using Continuity.Chaos.Processes;
using Continuity.Pipelines;

namespace Continuity.Bench.Gap;

/// <summary>The first run of a farm with two GPUs: nobody knows how long its prompts take.</summary>
internal static class FreshFleet
{
    /// <returns>The gaps of each GPU in ms, in their order.</returns>
    public static async Task<List<List<double>>> MeasureAsync(string folder, int pairs, double seconds, int seed)
    {
        await using var one = await StartAsync("gpu1");
        await using var other = await StartAsync("gpu2");
        await using var farm = await OurFarm.StartAsync(folder, one.Address, other.Address);
        await farm.RunAsync(new ChainPlan(2 * pairs, 2, seconds).Make(PipelineId.New(), seed));
        return [.. new[] { one, other }.Select(gpu => Gaps.Of(gpu.Stories))];

        Task<GpuProcess> StartAsync(string name) => GpuProcess.StartAsync(Path.Combine(folder, name), GpuPace.Instant, listen: null, "--tiny-media", "--turn-time", Network.TurnTime);
    }
}
