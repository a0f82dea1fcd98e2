using System.Collections.Immutable;

using Continuity.Artifacts;
using Continuity.Cli.Output;
using Continuity.Gpu;
using Continuity.Pipelines;
using Continuity.Tasks;

using Spectre.Console;

namespace Continuity.Client.Tests.Cli;

/// <summary>Small pipelines and terminals for tests.</summary>
internal static class Fixtures
{
    public static readonly DateTimeOffset Noon = new(2026, 3, 14, 12, 0, 0, TimeSpan.Zero);

    public static Terminal Terminal(out StringWriter output, out StringWriter error, int width = 80)
    {
        output = new StringWriter();
        error = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.No,
            ColorSystem = ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(output),
        });
        console.Profile.Width = width;
        return new Terminal(output, error, console, IsInteractive: false);
    }

    public static TaskView Task(
        string id,
        TaskState state = TaskState.Pending,
        int attempts = 0,
        long version = 1,
        string? gpu = null,
        string? fault = null,
        params string[] dependsOn) => new()
        {
            Definition = new TaskDefinition
            {
                Id = id,
                Kind = id.StartsWith("film", StringComparison.Ordinal) ? TaskKind.ExportTimeline : TaskKind.GenerateKeyframe,
                Label = $"Label of {id}",
                Dependencies = [.. dependsOn],
                SceneId = id.StartsWith("film-", StringComparison.Ordinal) ? id[5..] : null,
            },
            Row = new TaskRow
            {
                TaskId = id,
                State = state,
                Version = version,
                Attempts = attempts,
                Attempt = attempts == 0 ? null : new AttemptRecord(attempts, Noon, gpu is null ? null : new GpuId(gpu)),
                Fault = fault is null ? null : new TaskFault(FaultClass.Node, fault),
                StartedAt = attempts == 0 ? null : Noon,
            },
        };

    public static PipelineSummary Summary(long version, PipelineStatus status, params TaskView[] tasks) => new()
    {
        Id = new PipelineId("p1"),
        Name = "Export All (1 scene)",
        Status = status,
        Version = version,
        CreatedAt = Noon,
        UpdatedAt = Noon,
        Counts = new TaskCounts
        {
            Pending = tasks.Count(task => task.Row.State == TaskState.Pending),
            Running = tasks.Count(task => task.Row.State == TaskState.Running),
            Completed = tasks.Count(task => task.Row.State == TaskState.Completed),
            Failed = tasks.Count(task => task.Row.State == TaskState.Failed),
            Skipped = tasks.Count(task => task.Row.State == TaskState.Skipped),
            Cancelled = tasks.Count(task => task.Row.State == TaskState.Cancelled),
        },
    };

    public static PipelineSnapshot Snapshot(long version, PipelineStatus status, params TaskView[] tasks) =>
        new() { Summary = Summary(version, status, tasks), Tasks = [.. tasks] };

    public static PipelineUpdate Update(long version, PipelineStatus status, ImmutableArray<TaskView> changed, params TaskProgress[] progress) =>
        new() { Summary = Summary(version, status, [.. changed]), Changed = changed, Progress = [.. progress] };

    public static ArtifactRef Artifact(string mediaType = "image/png") => new(new string('a', 64), 3, mediaType);
}
