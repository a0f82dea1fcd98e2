using System.Collections.Immutable;

using Continuity.Gpu;

namespace Continuity.Engine.Forecasts;

/// <summary>What is left of a pipeline, in numbers. Tasks are those that are left, by their place among them; times are seconds from now.</summary>
internal sealed record ForecastPlan
{
    /// <summary>The work of each task; <see cref="OnCpu"/> for those that need no GPU, <see cref="Never"/> for those that nothing can run.</summary>
    public required int[] Work { get; init; }

    /// <summary>How many tasks each one waits for.</summary>
    public required int[] Unmet { get; init; }

    /// <summary>The tasks that wait for each one.</summary>
    public required int[][] Dependants { get; init; }

    /// <summary>From the end of a task's work to the time that what follows can begin: fetching and recording.</summary>
    public required double[] Latency { get; init; }

    /// <summary>For how long the GPU waits for each task before it begins.</summary>
    public required double[] Waiting { get; init; }

    /// <summary>How long each task takes that needs no GPU.</summary>
    public required double[] Cpu { get; init; }

    /// <summary>The tasks that are begun and need no GPU any more.</summary>
    public required ImmutableArray<(int Task, double Left)> Ending { get; init; }

    /// <summary>The GPUs.</summary>
    public required ImmutableArray<GpuCosts> Gpus { get; init; }

    /// <summary>What each GPU has been given: a task, or -1 for one of another pipeline, and what it takes.</summary>
    public required (int Task, ExpectedTime Expected)[][] Given { get; init; }

    /// <summary>Gigabytes of the files of each work.</summary>
    public required double[] Gigabytes { get; init; }

    /// <summary>Of how many runs each work's time was learned, at best.</summary>
    public required int[] Samples { get; init; }

    /// <summary>What waits of others.</summary>
    public required OthersWaiting Others { get; init; }

    public const int OnCpu = -1;

    public const int Never = -2;
}
