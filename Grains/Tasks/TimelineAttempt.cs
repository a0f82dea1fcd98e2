using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;

using Continuity.Artifacts;
using Continuity.Grains.Artifacts;
using Continuity.Grains.Media;
using Continuity.Tasks;

namespace Continuity.Grains.Tasks;

/// <summary>Joins clips to a film. Works on the CPU, in a slot queue of its own.</summary>
internal sealed class TimelineAttempt(TaskAssignment assignment, IAttemptHost host, AttemptServices services) : IAttempt
{
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        host.Report(TaskPhase.Waiting, detail: "waits for a CPU slot");
        using var slot = await services.CpuSlots.EnterAsync(cancellationToken);
        var record = assignment.Recorded ?? new AttemptRecord(assignment.Attempt, services.Time.GetUtcNow());
        if (assignment.Recorded is null
            && !await services.Persistently.CallAsync(() => host.Pipeline.BeginAttemptAsync(assignment.Task.Id, record), cancellationToken))
        {
            return;
        }

        host.Report(TaskPhase.Executing, 0);
        TaskResult result;
        try
        {
            result = await host.WithStorageAsync(services, TaskPhase.Executing, () => RenderAsync(cancellationToken), cancellationToken);
        }
        catch (Exception exception) when (exception is MediaException or ArtifactStoreException)
        {
            throw new AttemptFault(new TaskFault(FaultClass.Media, exception.Message));
        }

        await services.Persistently.CallAsync(() => host.Pipeline.CompleteAttemptAsync(assignment.Task.Id, record.Number, result), cancellationToken);
    }

    public GpuTime? Gpu => null;

    // It holds no GPU.
    public Task TakeBackAsync(string reason, CancellationToken cancellationToken) => Task.CompletedTask;

    public Task CleanUpAsync(CancellationToken cancellationToken) =>
        services.Persistently.CallAsync(() => host.Pipeline.AttemptCancelledAsync(assignment.Task.Id, assignment.Attempt), cancellationToken);

    private async Task<TaskResult> RenderAsync(CancellationToken cancellationToken)
    {
        var files = new List<LocalFile>();
        var film = services.Renderer.CreateOutputPath();
        try
        {
            var clips = ImmutableArray.CreateBuilder<TimelinePlanClip>();
            foreach (var clip in assignment.Task.Timeline!.Clips)
            {
                var output = assignment.Dependencies.GetValueOrDefault(clip.TaskId)?.Find(TaskOutputKind.Video)
                    ?? throw new AttemptFault(new TaskFault(FaultClass.Validation, $"Task '{clip.TaskId}' made no video to join."));
                var file = await host.WithStorageAsync(
                    services, TaskPhase.Preparing, () => services.Artifacts.GetLocalPathAsync(output.Artifact, cancellationToken), cancellationToken);
                files.Add(file);
                clips.Add(new TimelinePlanClip(file.Path, clip.Transition));
            }

            var progress = new Relay(percent => host.Report(TaskPhase.Executing, percent));
            var report = await services.Renderer.RenderAsync(new TimelinePlan(clips.ToImmutable()), new TimelineOutput(film), progress, cancellationToken);
            host.Report(TaskPhase.Collecting, 100);
            var artifact = await host.WithStorageAsync(services, TaskPhase.Collecting, () => KeepAsync(film, cancellationToken), cancellationToken);
            return new TaskResult { Outputs = [new TaskOutput(artifact, "film.mp4")], Metadata = Describe(report) };
        }
        finally
        {
            File.Delete(film);
            foreach (var file in files)
            {
                await file.DisposeAsync();
            }
        }
    }

    private async Task<ArtifactRef> KeepAsync(string film, CancellationToken cancellationToken)
    {
        await using var content = File.OpenRead(film);
        return await services.Artifacts.PutAsync(content, "video/mp4", cancellationToken);
    }

    private static ImmutableDictionary<string, string> Describe(TimelineReport report) => new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["shots"] = report.Shots.Length.ToString(CultureInfo.InvariantCulture),
        ["durationSeconds"] = report.Duration.TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture),
        ["frames"] = report.Frames.ToString(CultureInfo.InvariantCulture),
        ["finalResolution"] = $"{report.Width}x{report.Height}",
        ["finalFps"] = report.FrameRate.Value.ToString("0.###", CultureInfo.InvariantCulture),
        ["hasAudio"] = report.HasAudio ? "true" : "false",
        ["transitionsRendered"] = JsonSerializer.Serialize(report.Rendered.Select(t => new { after = t.AfterClip, kind = t.Kind.ToString(), frames = t.Frames })),
        ["transitionsAsCuts"] = JsonSerializer.Serialize(report.ReplacedByCuts.Select(t => new { after = t.AfterClip, requested = t.Requested, reason = t.Reason })),
    }.ToImmutableDictionary(StringComparer.Ordinal);

    private sealed class Relay(Action<double> report) : IProgress<double>
    {
        public void Report(double value) => report(value);
    }
}
