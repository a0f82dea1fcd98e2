using Continuity.Gpu;
using Continuity.Simulator;

namespace Continuity.Grains.Tests.Faults;

/// <summary>Waits for what a farm's GPUs say of themselves.</summary>
internal static class FarmWaits
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(45);

    /// <summary>Waits until a GPU's statistics are as expected.</summary>
    public static async Task UntilAsync(this SimulatedComfy gpu, Func<SimulatorStatistics, bool> expected)
    {
        using var timeout = new CancellationTokenSource(Patience);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (!expected(gpu.Statistics))
        {
            Assert.False(timeout.IsCancellationRequested, $"After {Patience} the GPU has done this: {gpu.Statistics}");
            await timer.WaitForNextTickAsync(CancellationToken.None);
        }
    }

    /// <summary>Waits until a GPU is as expected; says how it was when that does not come.</summary>
    public static async Task<GpuView> UntilGpuAsync(this Farm farm, int index, Func<GpuView, bool> expected)
    {
        using var timeout = new CancellationTokenSource(Patience);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        var id = Farm.Register(farm.Gpus[index]).Id;
        while (true)
        {
            var view = (await farm.Pool.GetGpusAsync()).SingleOrDefault(gpu => gpu.Registration.Id == id);
            if (view is not null && expected(view))
            {
                return view;
            }

            Assert.False(timeout.IsCancellationRequested, $"After {Patience} the GPU is {view?.Status}, held by [{string.Join(", ", view?.Holders ?? [])}].");
            await timer.WaitForNextTickAsync(CancellationToken.None);
        }
    }
}
