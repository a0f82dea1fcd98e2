using System.Collections.Immutable;

using Continuity.Chaos.Journals;
using Continuity.Pipelines;
using Continuity.Tasks;

namespace Continuity.Chaos.Checks;

/// <summary>What must be true after a run, whatever was done on the way. One method for each promise.</summary>
public static class InvariantChecker
{
    /// <summary>Finds every promise that was broken.</summary>
    public static ImmutableArray<Violation> Check(RunEvidence evidence) =>
    [
        .. evidence.Pipelines.SelectMany(pipeline => Check(pipeline, evidence)),
        .. evidence.LeftInQueues.Select(prompt => new Violation(Promise.NoPromptIsLeftBehind, prompt)),
    ];

    private static IEnumerable<Violation> Check(PipelineEvidence pipeline, RunEvidence evidence)
    {
        var id = pipeline.Definition.Id;
        if (pipeline.Snapshot is not { } snapshot)
        {
            return [new Violation(Promise.NoPipelineIsLost, $"pipeline {id} was accepted and is not there")];
        }

        var stories = evidence.Stories.Where(story => story.Pipeline == id.Value).ToList();
        return
        [
            .. IsRecorded(pipeline, snapshot),
            .. Ends(snapshot),
            .. ResultsAreRecordedOnce(pipeline, snapshot),
            .. PromptsRunOnce(id, stories, evidence.Stories.Count(HasFailed) <= evidence.PromptsFail),
            .. PromptsAreRecorded(pipeline, stories),
            .. pipeline.BrokenArtifacts.Select(artifact => new Violation(Promise.EveryArtifactIsThere, $"{id}: {artifact}")),
            .. WatchSawTheTruth(pipeline, snapshot),
            .. HistoryIsConsistent(pipeline, snapshot),
        ];
    }

    private static IEnumerable<Violation> IsRecorded(PipelineEvidence pipeline, PipelineSnapshot snapshot)
    {
        var told = new StoredStand(snapshot.Summary.Version, snapshot.Summary.Status.ToString().ToLowerInvariant(), snapshot.Summary.Counts.Completed);
        if (pipeline.Stored is not { } stored)
        {
            yield return new Violation(Promise.NoPipelineIsLost, $"pipeline {snapshot.Summary.Id} is told of and not recorded");
        }
        else if (snapshot.Summary.Status.IsFinal() && (!stored.Status.Equals(told.Status, StringComparison.OrdinalIgnoreCase) || stored.Version != told.Version || stored.Completed != told.Completed))
        {
            yield return new Violation(Promise.TheRecordIsWhatIsTold, $"pipeline {snapshot.Summary.Id}: told {told}, recorded {stored}");
        }
    }

    private static IEnumerable<Violation> Ends(PipelineSnapshot snapshot)
    {
        var id = snapshot.Summary.Id;
        if (!snapshot.Summary.Status.IsFinal())
        {
            yield return new Violation(Promise.NoPipelineIsStuck, $"pipeline {id} is still {snapshot.Summary.Status} ({snapshot.Summary.Counts})");
            yield break;
        }

        foreach (var task in snapshot.Tasks.Where(task => task.Row.State != TaskState.Completed))
        {
            yield return new Violation(Promise.EveryTaskIsCompleted, $"{id}/{task.Row.TaskId} is {task.Row.State}: {task.Row.Fault}");
        }
    }

    private static IEnumerable<Violation> ResultsAreRecordedOnce(PipelineEvidence pipeline, PipelineSnapshot snapshot)
    {
        foreach (var task in snapshot.Tasks)
        {
            var recorded = pipeline.History.Count(line => line.TaskId == task.Row.TaskId && line.Name == "completed");
            if (recorded > 1)
            {
                yield return new Violation(Promise.NoResultIsDuplicated, $"{snapshot.Summary.Id}/{task.Row.TaskId} was completed {recorded} times");
            }
        }
    }

    private static IEnumerable<Violation> PromptsRunOnce(PipelineId id, List<PromptStory> stories, bool promptsFail)
    {
        foreach (var prompt in stories.GroupBy(story => story.Id, StringComparer.Ordinal))
        {
            if (prompt.Count() > 1 || prompt.Sum(story => story.Executions) > 1)
            {
                yield return new Violation(Promise.NoPromptRunsTwice, $"{id}: prompt {prompt.Key} was accepted {prompt.Count()} times and executed {prompt.Sum(story => story.Executions)} times");
            }
        }

        foreach (var task in stories.Where(story => story.Executions > 0).GroupBy(story => story.Task, StringComparer.Ordinal))
        {
            var kept = task.Where(story => !IsExcused(story, promptsFail)).ToList();
            if (kept.Count > 1)
            {
                yield return new Violation(Promise.NoPromptRunsTwice, $"{id}/{task.Key} was executed {kept.Count} times where ComfyUI had not lost it: {string.Join(", ", kept)}");
            }
        }
    }

    // Lost with its process, said to be done without a file, or failed by the fault itself: another execution is right.
    private static bool IsExcused(PromptStory story, bool promptsFail) =>
        story.Lost || (story.Status == "success" && story.Outputs == 0) || (promptsFail && HasFailed(story));

    // An interrupted one looks the same here: that is why they are counted.
    private static bool HasFailed(PromptStory story) => !story.Lost && story.Status == "error";

    private static IEnumerable<Violation> PromptsAreRecorded(PipelineEvidence pipeline, List<PromptStory> stories) => stories
        .Where(story => !pipeline.History.Any(line => line.TaskId == story.Task && line.Name == "started" && line.Text.Contains(story.Id, StringComparison.Ordinal)))
        .Select(story => new Violation(Promise.EveryPromptIsRecorded, $"{pipeline.Definition.Id}/{story.Task}: no attempt is recorded for prompt {story.Id}"));

    private static IEnumerable<Violation> WatchSawTheTruth(PipelineEvidence pipeline, PipelineSnapshot snapshot)
    {
        var (id, sights) = (snapshot.Summary.Id, pipeline.Watch.Sights);
        if (pipeline.Watch.Error is { } error)
        {
            yield return new Violation(Promise.WatchersSeeTheTruth, $"{id}: the watch broke off: {error.GetType().Name}: {error.Message}");
        }
        else if (snapshot.Summary.Status.IsFinal() && (sights.IsEmpty || sights[^1].Status != snapshot.Summary.Status))
        {
            yield return new Violation(Promise.WatchersSeeTheTruth, $"{id} is {snapshot.Summary.Status}, the watcher saw {(sights.IsEmpty ? "nothing" : sights[^1])}");
        }

        for (var i = 1; i < sights.Length; i++)
        {
            if (sights[i].Version < sights[i - 1].Version)
            {
                yield return new Violation(Promise.WatchersSeeTheTruth, $"{id}: version {sights[i].Version} came after {sights[i - 1].Version}");
            }
        }
    }

    private static IEnumerable<Violation> HistoryIsConsistent(PipelineEvidence pipeline, PipelineSnapshot snapshot)
    {
        var id = snapshot.Summary.Id;
        var versions = pipeline.History.Select(line => line.Version).ToList();
        if (!versions.SequenceEqual(versions.Order()) || versions is [.., var last] && last > snapshot.Summary.Version)
        {
            yield return new Violation(Promise.TheHistoryIsConsistent, $"{id}: versions {string.Join(' ', versions)} of a pipeline at version {snapshot.Summary.Version}");
        }

        if (!snapshot.Tasks.Select(task => task.Row.TaskId).SequenceEqual(pipeline.Definition.Tasks.Select(task => task.Id), StringComparer.Ordinal))
        {
            yield return new Violation(Promise.NoPipelineIsLost, $"{id} has other tasks than were accepted");
        }

        foreach (var task in snapshot.Tasks.Where(task => task.Row.State == TaskState.Completed))
        {
            var lines = pipeline.History.Where(line => line.TaskId == task.Row.TaskId).ToList();
            var (started, completed) = (lines.Count(line => line.Name == "started"), lines.Count(line => line.Name == "completed"));
            if (started < 1 || started > task.Row.Attempts || completed < 1 || task.Row.Result is not { Outputs.IsEmpty: false })
            {
                yield return new Violation(
                    Promise.TheHistoryIsConsistent,
                    $"{id}/{task.Row.TaskId} is completed after {task.Row.Attempts} attempts with {task.Row.Result?.Outputs.Length ?? 0} files; the history has {started} starts and {completed} ends");
            }
        }
    }
}
