using System.Collections.Immutable;

using Continuity.Artifacts;
using Continuity.Chaos.Checks;
using Continuity.Chaos.Journals;
using Continuity.Chaos.Pipelines;
using Continuity.Chaos.Watching;
using Continuity.Pipelines;
using Continuity.Tasks;

namespace Continuity.Cluster.Tests.Checks;

/// <summary>The checker itself: each promise, when it is broken, is noticed.</summary>
public sealed class InvariantCheckerTests
{
    private static readonly PipelineDefinition Definition = new ChainPlan(1, 2, 0.1).Make(new PipelineId("p"), 1);
    private static readonly string First = Definition.Tasks[0].Id;

    [Fact]
    public void AGoodRun_KeepsEveryPromise() => Assert.Empty(InvariantChecker.Check(Good()));

    [Fact]
    public void APipelineThatIsNotThere_IsNoticed() => Broken(Promise.NoPipelineIsLost, WithPipeline(good => good with { Snapshot = null }));

    [Fact]
    public void ATaskThatIsNotThere_IsNoticed() => Broken(Promise.NoPipelineIsLost, WithSnapshot(good => good with { Tasks = good.Tasks[..1] }));

    [Fact]
    public void APipelineWithoutAnEnd_IsNoticed() =>
        Broken(Promise.NoPipelineIsStuck, WithSnapshot(good => good with { Summary = good.Summary with { Status = PipelineStatus.Active } }));

    [Fact]
    public void AFailedTask_IsNoticed() => Broken(Promise.EveryTaskIsCompleted, WithRow(row => row with { State = TaskState.Failed }));

    [Fact]
    public void AResultRecordedTwice_IsNoticed() => Broken(Promise.NoResultIsDuplicated, WithHistory(good => [.. good, Line(5, First, "completed")]));

    [Fact]
    public void ATaskExecutedTwice_IsNoticed() => Broken(Promise.NoPromptRunsTwice, Again(Story(First, "again")));

    [Fact]
    public void APromptExecutedTwice_IsNoticed() =>
        Broken(Promise.NoPromptRunsTwice, Good() with { Stories = [.. Good().Stories.Select(story => story with { Executions = 2 })] });

    [Fact]
    public void APromptAcceptedTwice_IsNoticed() => Broken(Promise.NoPromptRunsTwice, Good() with { Stories = [.. Good().Stories, Good().Stories[0] with { Executions = 0 }] });

    [Fact]
    public void ATaskExecutedAgain_AfterComfyLostIt_IsRight() => Assert.Empty(InvariantChecker.Check(Again(Story(First, "again") with { Lost = true })));

    [Fact]
    public void ATaskExecutedAgain_AfterItsPromptFailed_IsRightOnlyWhereTheFaultMadeItFail()
    {
        var again = Again(Story(First, "again") with { Status = "error", Outputs = 0 });

        Broken(Promise.NoPromptRunsTwice, again);
        Broken(Promise.NoPromptRunsTwice, again with { PromptsFail = 1, Stories = [.. again.Stories, Story(First, "third") with { Status = "error", Outputs = 0 }] });
        Assert.Empty(InvariantChecker.Check(again with { PromptsFail = 1 }));
    }

    [Fact]
    public void APromptThatNobodyRecorded_IsNoticed() => Broken(Promise.EveryPromptIsRecorded, WithHistory(good => [.. good.Where(line => line.Name != "started"), Line(5, First, "started")]));

    [Fact]
    public void APipelineThatIsOnlyTold_IsNoticed() => Broken(Promise.NoPipelineIsLost, WithPipeline(good => good with { Stored = null }));

    [Fact]
    public void ARecordThatSaysSomethingElse_IsNoticed() =>
        Broken(Promise.TheRecordIsWhatIsTold, WithPipeline(good => good with { Stored = good.Stored! with { Completed = 1 } }));

    [Fact]
    public void AMissingFile_IsNoticed() => Broken(Promise.EveryArtifactIsThere, WithPipeline(good => good with { BrokenArtifacts = ["x.png"] }));

    [Fact]
    public void APromptLeftBehind_IsNoticed() => Broken(Promise.NoPromptIsLeftBehind, Good() with { LeftInQueues = ["prompt"] });

    [Fact]
    public void AWatcherThatMissesTheEnd_IsNoticed() => Broken(Promise.WatchersSeeTheTruth, WithPipeline(good => good with { Watch = WatchRecord.Of(Sight(1, PipelineStatus.Active)) }));

    [Fact]
    public void AVersionThatGoesBackwards_IsNoticed() => Broken(
        Promise.WatchersSeeTheTruth,
        WithPipeline(good => good with { Watch = WatchRecord.Of(Sight(3, PipelineStatus.Active), Sight(2, PipelineStatus.Active), Sight(5, PipelineStatus.Completed)) }));

    [Fact]
    public void ACompletedTaskWithoutItsHistory_IsNoticed() => Broken(Promise.TheHistoryIsConsistent, WithHistory(good => [.. good.Where(line => line.TaskId != First)]));

    [Fact]
    public void ACompletedTaskWithoutFiles_IsNoticed() => Broken(Promise.TheHistoryIsConsistent, WithRow(row => row with { Result = null }));

    [Fact]
    public void TheJournalOfAComfyThatDied_TellsWhatItLost()
    {
        var stories = PromptJournal.Read((string[])
        [
            """{"event":"life"}""",
            """{"event":"accepted","id":"collected","pipeline":"p","task":"a"}""", """{"event":"started","id":"collected"}""",
            """{"event":"ended","id":"collected","status":"success","outputs":1}""", """{"event":"forgotten","id":"collected"}""",
            """{"event":"accepted","id":"taken back","pipeline":"p","task":"b"}""", """{"event":"removed","id":"taken back"}""",
            """{"event":"accepted","id":"executing","pipeline":"p","task":"c"}""", """{"event":"started","id":"executing"}""",
            """{"event":"accepted","id":"staged","pipeline":null,"task":null}""",
            """{"event":"life"}""",
            """{"event":"accepted","id":"later","pipeline":"p","task":"d"}""",
        ]);

        Assert.Equal(["executing", "staged"], stories.Where(story => story.Lost).Select(story => story.Id));
        Assert.Equal(["collected"], stories.Where(story => story.Delivered).Select(story => story.Id));
        Assert.Equal([1, 1, 1, 1, 2], stories.Select(story => story.Life));
    }

    [Fact]
    public void TheJournalOfAComfy_TellsWhatWasLoadedForWhichPromptAndWhen()
    {
        var stories = PromptJournal.Read((string[])
        [
            """{"event":"life","at":1}""",
            """{"event":"accepted","id":"first","at":1}""", """{"event":"started","id":"first","at":2}""", """{"event":"accepted","id":"second","at":2.5}""",
            """{"event":"loaded","file":"a.safetensors","at":3.5}""", """{"event":"ended","id":"first","status":"success","outputs":1,"at":4}""",
            """{"event":"started","id":"second","at":4.25}""", """{"event":"loaded","file":"b.safetensors","at":6}""", """{"event":"loaded","file":"c.safetensors","at":7}""",
        ]);

        Assert.Equal([(2, 4), (4.25, 0)], stories.Select(story => (story.StartedAt, story.EndedAt)));
        Assert.Equal<(string, double)>([("a.safetensors", 3.5)], stories[0].Loads.AsEnumerable());
        Assert.Equal<(string, double)>([("b.safetensors", 6), ("c.safetensors", 7)], stories[1].Loads.AsEnumerable());
    }

    private static void Broken(Promise promise, RunEvidence evidence) => Assert.Contains(InvariantChecker.Check(evidence), violation => violation.Promise == promise);

    private static RunEvidence Good()
    {
        var rows = Definition.Tasks.Select(task => new TaskView { Definition = task, Row = Row(task.Id) }).ToImmutableArray();
        var summary = new PipelineSummary { Id = Definition.Id, Name = Definition.Name, Status = PipelineStatus.Completed, Version = 5, Counts = new TaskCounts { Completed = 2 } };
        ImmutableArray<TaskEvent> history =
        [
            new(1, DateTimeOffset.UnixEpoch, null, "submitted", ""),
            .. Definition.Tasks.SelectMany((task, i) => (TaskEvent[])[Line(2 + (2 * i), task.Id, "started"), Line(3 + (2 * i), task.Id, "completed")]),
            new(5, DateTimeOffset.UnixEpoch, null, "ended", ""),
        ];
        var pipeline = new PipelineEvidence(
            Definition,
            new PipelineSnapshot { Summary = summary, Tasks = rows },
            new StoredStand(5, "completed", 2),
            history,
            WatchRecord.Of(Sight(1, PipelineStatus.Active), Sight(5, PipelineStatus.Completed)),
            []);
        return new RunEvidence([pipeline], [.. Definition.Tasks.Select(task => Story(task.Id, PromptOf(task.Id)))], [], PromptsFail: 0);
    }

    private static RunEvidence WithPipeline(Func<PipelineEvidence, PipelineEvidence> change) => Good() with { Pipelines = [change(Good().Pipelines[0])] };

    private static RunEvidence WithSnapshot(Func<PipelineSnapshot, PipelineSnapshot> change) => WithPipeline(good => good with { Snapshot = change(good.Snapshot!) });

    private static RunEvidence WithRow(Func<TaskRow, TaskRow> change) =>
        WithSnapshot(good => good with { Tasks = good.Tasks.SetItem(0, good.Tasks[0] with { Row = change(good.Tasks[0].Row) }) });

    private static RunEvidence WithHistory(Func<ImmutableArray<TaskEvent>, ImmutableArray<TaskEvent>> change) =>
        WithPipeline(good => good with { History = change(good.History) });

    // A second attempt that is recorded as it should be.
    private static RunEvidence Again(PromptStory story)
    {
        var good = WithHistory(history => history.Insert(2, Line(2, story.Task, "started", story.Id)));
        var recorded = good.Pipelines[0];
        var first = recorded.Snapshot!.Tasks[0];
        var snapshot = recorded.Snapshot with { Tasks = recorded.Snapshot.Tasks.SetItem(0, first with { Row = first.Row with { Attempts = 2 } }) };
        return good with { Pipelines = [recorded with { Snapshot = snapshot }], Stories = [.. good.Stories, story] };
    }

    private static TaskRow Row(string task) => new()
    {
        TaskId = task,
        State = TaskState.Completed,
        Attempts = 1,
        Result = new TaskResult { Outputs = [new TaskOutput(new ArtifactRef(new string('a', 64), 1, "image/png"), "x.png")] },
    };

    private static TaskEvent Line(long version, string task, string name, string? prompt = null) => new(version, DateTimeOffset.UnixEpoch, task, name, $"as prompt {prompt ?? PromptOf(task)}");

    private static PromptStory Story(string task, string prompt) => new(prompt, Definition.Id.Value, task, 1) { Executions = 1, Status = "success", Outputs = 1 };

    private static string PromptOf(string task) => $"prompt-of-{task}";

    private static Sight Sight(long version, PipelineStatus status) => new(DateTimeOffset.UnixEpoch, version, status);
}
