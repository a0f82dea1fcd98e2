using System.Collections.Immutable;
using System.Runtime.InteropServices;

using Continuity.Tasks;

namespace Continuity.Engine.Forecasts;

/// <summary>When a pipeline will be done, as far as that can be known, if nothing fails and nobody else comes.</summary>
public sealed record PipelineForecast
{
    /// <summary>When it was worked out: all times count from here.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The end of the pipeline; <see langword="null"/> when none can be told, for the reason in <see cref="WhyNot"/>.</summary>
    public TimeLeft? End { get; init; }

    /// <summary>Whether some of the work that is left was never measured, so that usual times of its kind stand in.</summary>
    public bool IsRough { get; init; }

    /// <summary>Why no end can be told, in words.</summary>
    public string? WhyNot { get; init; }

    /// <summary>The kinds of tasks of which some are left, in the order of the kinds.</summary>
    public ImmutableArray<StageForecast> Stages { get; init; } = [];

    /// <summary>The tasks that are left and will be done, in the order of the pipeline.</summary>
    public ImmutableArray<TaskForecast> Tasks { get; init; } = [];
}

/// <summary>The time until something is done.</summary>
/// <param name="P50">As likely too long as too short.</param>
/// <param name="P90">Too short in one case of ten.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct TimeLeft(TimeSpan P50, TimeSpan P90);

/// <summary>When the last task of a kind will be done.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="Left">How many are left.</param>
/// <param name="End">When; <see langword="null"/> when some of them cannot run.</param>
/// <param name="IsRough">Whether work of this kind was never measured.</param>
public sealed record StageForecast(TaskKind Kind, int Left, TimeLeft? End, bool IsRough);

/// <summary>When a task will be done.</summary>
/// <param name="TaskId">The task.</param>
/// <param name="End">When.</param>
public sealed record TaskForecast(string TaskId, TimeLeft End);
