using System.Diagnostics;

using Continuity.Engine.Scheduling.Explaining;
using Continuity.Gpu;
using Continuity.Pipelines;
using Continuity.Tasks;

namespace Continuity.Cli.Output;

/// <summary>How durations, sizes and states are worded everywhere.</summary>
internal static class Words
{
    private const double Kibi = 1024;

    public static string Duration(TimeSpan duration) => duration switch
    {
        { TotalSeconds: < 10 } => $"{duration.TotalSeconds:0.0} s",
        { TotalMinutes: < 1 } => $"{duration.TotalSeconds:0} s",
        { TotalHours: < 1 } => $"{(int)duration.TotalMinutes}:{duration.Seconds:00}",
        _ => $"{(int)duration.TotalHours}:{duration.Minutes:00}:{duration.Seconds:00}",
    };

    public static string Bytes(long bytes) => bytes switch
    {
        < 1024 => $"{bytes} B",
        < 1024 * 1024 => $"{bytes / Kibi:0} KB",
        < 1024L * 1024 * 1024 => $"{bytes / Kibi / Kibi:0.0} MB",
        _ => $"{bytes / Kibi / Kibi / Kibi:0.0} GB",
    };

    public static string Of(TaskState state) => state switch
    {
        TaskState.Pending => "pending",
        TaskState.Running => "running",
        TaskState.Completed => "completed",
        TaskState.Failed => "failed",
        TaskState.Skipped => "skipped",
        TaskState.Cancelled => "cancelled",
        _ => throw new UnreachableException(),
    };

    public static string Of(PipelineStatus status) => status switch
    {
        PipelineStatus.Active => "active",
        PipelineStatus.Paused => "paused",
        PipelineStatus.Cancelling => "cancelling",
        PipelineStatus.Completed => "completed",
        PipelineStatus.Failed => "failed",
        PipelineStatus.Cancelled => "cancelled",
        _ => throw new UnreachableException(),
    };

    public static string Of(PipelinePriority priority) => priority switch
    {
        PipelinePriority.Low => "low",
        PipelinePriority.Normal => "normal",
        PipelinePriority.High => "high",
        _ => throw new UnreachableException(),
    };

    /// <summary>When a task that waits is expected to start; empty when that is not known.</summary>
    public static string Starts(TaskProgress? live, DateTimeOffset now) => live?.ExpectedStart is { } start && start > now ? $"starts in {About.Of(start - now)}" : "";

    public static string Of(TaskPhase phase) => phase switch
    {
        TaskPhase.Preparing => "preparing",
        TaskPhase.Waiting => "waiting",
        TaskPhase.Uploading => "uploading",
        TaskPhase.Staged => "staged",
        TaskPhase.Executing => "executing",
        TaskPhase.Collecting => "collecting",
        _ => throw new UnreachableException(),
    };

    public static string Of(GpuHealth health) => health switch
    {
        GpuHealth.Unknown => "unknown",
        GpuHealth.Healthy => "healthy",
        GpuHealth.Unreachable => "unreachable",
        GpuHealth.Quarantined => "quarantined",
        _ => throw new UnreachableException(),
    };

    public static string Of(GpuMode mode) => mode switch
    {
        GpuMode.Active => "active",
        GpuMode.Paused => "paused",
        GpuMode.Draining => "draining",
        _ => throw new UnreachableException(),
    };

    /// <summary>How a GPU is, in the one or two words that matter: what is wanted of it, and what is wrong with it.</summary>
    public static string StateOf(GpuView gpu)
    {
        var health = gpu.Status.Health == GpuHealth.Healthy ? "" : Of(gpu.Status.Health);
        var mode = gpu switch
        {
            { Mode: GpuMode.Active } => "",
            { IsDrained: true } => "drained",
            _ => Of(gpu.Mode),
        };
        return (mode, health) switch
        {
            ("", "") => "healthy",
            ("", _) => health,
            (_, "") => mode,
            _ => $"{mode}, {health}",
        };
    }

    /// <summary>The colour that a state has everywhere, as Spectre names it.</summary>
    public static string ColourOf(TaskState state) => state switch
    {
        TaskState.Running => "blue",
        TaskState.Completed => "green",
        TaskState.Failed => "red",
        TaskState.Skipped or TaskState.Cancelled => "yellow",
        _ => "grey",
    };

    /// <summary>The colour that a status has everywhere, as Spectre names it.</summary>
    public static string ColourOf(PipelineStatus status) => status switch
    {
        PipelineStatus.Completed => "green",
        PipelineStatus.Failed => "red",
        PipelineStatus.Cancelled or PipelineStatus.Cancelling or PipelineStatus.Paused => "yellow",
        _ => "blue",
    };

    public static string Count(int count, string singular, string? plural = null) => $"{count} {(count == 1 ? singular : plural ?? singular + "s")}";
}
