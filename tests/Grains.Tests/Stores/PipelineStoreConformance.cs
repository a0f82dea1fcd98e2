using Continuity.Artifacts;
using Continuity.Engine.Pipelines;
using Continuity.Grains.Stores;
using Continuity.Pipelines;
using Continuity.Tasks;

namespace Continuity.Grains.Tests.Stores;

/// <summary>What every pipeline store must do. A store's tests derive from this.</summary>
public abstract class PipelineStoreConformance
{
    private static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    private protected abstract IPipelineStore Store { get; }

    /// <summary>Another connection to the same data, as after a restart.</summary>
    private protected abstract Task<IPipelineStore> ReopenAsync();

    [Fact]
    public async Task WhatWasStoredIsThereAfterReopening()
    {
        var state = PipelineState.Create(Pipes.Of(Pipes.Keyframe("k1"), Pipes.Video("v1", "k1")), Now);
        Assert.True(await Store.CreateAsync(state));
        await SaveAsync(state, AttemptRules.Begin(state, "k1", Attempt(1), Now)!);

        var stored = (await (await ReopenAsync()).LoadAsync(state.Definition.Id))!;

        Assert.Equal(2, stored.Summary.Version);
        Assert.Equal([TaskState.Running, TaskState.Pending], stored.Rows.Select(row => row.State));
        Assert.Equal("prompt-1", stored.Rows[0].Attempt!.PromptId);
        Assert.Equal(["k1", "v1"], stored.Definition.Tasks.Select(task => task.Id));
        Assert.Equal(["flux-t2i", "wan-i2v"], stored.Definition.Profiles.Select(profile => profile.Id));
    }

    [Fact]
    public async Task WhatBeginsWithAPipelineIsStoredWithIt()
    {
        var state = PipelineState.Create(Pipes.Of(Pipes.Keyframe("k1"), Pipes.Video("v1", "k1")), Now, needsOnlyItsTurn: _ => true);
        Assert.True(await Store.CreateAsync(state));

        var stored = (await (await ReopenAsync()).LoadAsync(state.Definition.Id))!;

        Assert.Equal(state.Rows.Select(row => (row.State, row.Attempts, row.Attempt, row.StartedAt)), stored.Rows.Select(row => (row.State, row.Attempts, row.Attempt, row.StartedAt)));
        Assert.Equal(state.Summary, stored.Summary);
        Assert.Equal(
            [(1, null, "submitted"), (1, "k1", "started")],
            (await Store.GetHistoryAsync(state.Definition.Id, null, 100)).Select(line => (line.Version, line.TaskId, line.Name)));
    }

    [Fact]
    public async Task APriorityThatAPersonGaveIsThereAfterReopening()
    {
        var definition = Pipes.Of(Pipes.Keyframe("k1")) with { Priority = PipelinePriority.Low, Owner = "ann" };
        var state = PipelineState.Create(definition, Now);
        Assert.True(await Store.CreateAsync(state));
        var operation = Guid.NewGuid();
        Assert.True(await Store.SaveAsync(((CommandDecision.Change)CommandRules.SetPriority(state, PipelinePriority.High, Now)).Transition, operation));

        var stored = (await (await ReopenAsync()).LoadAsync(definition.Id))!;

        Assert.Equal((PipelinePriority.High, PipelinePriority.Low, "ann"), (stored.Summary.Priority, stored.Definition.Priority, stored.Definition.Owner));
        Assert.Contains(operation, stored.Operations);
        Assert.Equal(PipelinePriority.High, Assert.Single((await Store.ListAsync(new PipelineQuery())).Items).Priority);
    }

    [Fact]
    public async Task OfTwoWritersAtTheSameVersionOneWinsAndNothingOfTheOtherStays()
    {
        var state = PipelineState.Create(Pipes.Of([.. Enumerable.Range(0, 50).Select(i => Pipes.Keyframe($"k{i}"))]), Now);
        await Store.CreateAsync(state);

        var won = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => Store.SaveAsync(AttemptRules.Begin(state, $"k{i}", Attempt(1), Now)!)));

        var stored = (await Store.LoadAsync(state.Definition.Id))!;
        Assert.Equal(1, won.Count(w => w));
        Assert.Equal(1, stored.Rows.Count(row => row.State == TaskState.Running));
        Assert.Equal(TaskState.Running, stored.Rows[Array.IndexOf(won, true)].State);
        Assert.Equal(2, (await Store.GetHistoryAsync(state.Definition.Id, null, 100)).Length);
    }

    [Fact]
    public async Task AnIdIsTakenOnlyOnce()
    {
        var definition = Pipes.Of(Pipes.Keyframe("k1"));
        Assert.True(await Store.CreateAsync(PipelineState.Create(definition, Now)));
        Assert.False(await Store.CreateAsync(PipelineState.Create(definition with { Name = "Another" }, Now)));

        Assert.Equal(definition.Name, (await Store.LoadAsync(definition.Id))!.Definition.Name);
    }

    [Fact]
    public async Task HistoryKeepsEveryLineInOrder()
    {
        var state = PipelineState.Create(Pipes.Of(Pipes.Keyframe("k1"), Pipes.Keyframe("k2")), Now);
        await Store.CreateAsync(state);
        await SaveAsync(state, AttemptRules.Begin(state, "k1", Attempt(1), Now)!);
        await SaveAsync(state, AttemptRules.Begin(state, "k2", Attempt(1), Now)!);
        await SaveAsync(state, AttemptRules.Complete(state, "k1", 1, new TaskResult(), Now)!);

        Assert.Equal(["submitted", "started", "started", "completed"], (await Store.GetHistoryAsync(state.Definition.Id, null, 10)).Select(line => line.Name));
        Assert.Equal(["started", "completed"], (await Store.GetHistoryAsync(state.Definition.Id, "k1", 10)).Select(line => line.Name));
        Assert.Equal(["completed"], (await Store.GetHistoryAsync(state.Definition.Id, null, 1)).Select(line => line.Name));
    }

    [Fact]
    public async Task RemovingTakesAllOfItAndOnlyAtTheRightVersion()
    {
        var state = PipelineState.Create(Pipes.Of(Pipes.Keyframe("k1")), Now);
        await Store.CreateAsync(state);

        Assert.False(await Store.DeleteAsync(state.Definition.Id, 7));
        Assert.True(await Store.DeleteAsync(state.Definition.Id, 1));

        Assert.Null(await Store.LoadAsync(state.Definition.Id));
        Assert.Empty(await Store.GetHistoryAsync(state.Definition.Id, null, 10));
        Assert.True(await Store.CreateAsync(state));
    }

    [Fact]
    public async Task ListsArePagedNewestFirstAndFiltered()
    {
        for (var i = 0; i < 7; i++)
        {
            var definition = Pipes.Of(Pipes.Keyframe("k1")) with { Id = new PipelineId($"p{i}"), Name = i % 2 == 0 ? $"Even 100% {i}" : $"Odd {i}" };
            var state = PipelineState.Create(definition, Now.AddMinutes(i));
            await Store.CreateAsync(state);
            if (i < 2)
            {
                await SaveAsync(state, ((CommandDecision.Change)CommandRules.Cancel(state, Now)).Transition);
            }
        }

        var names = new List<string>();
        var after = default(string);
        do
        {
            var page = await Store.ListAsync(new PipelineQuery(Limit: 3, After: after));
            Assert.True(page.Items.Length <= 3);
            names.AddRange(page.Items.Select(item => item.Id.Value));
            after = page.Next;
        }
        while (after is not null);

        Assert.Equal(["p6", "p5", "p4", "p3", "p2", "p1", "p0"], names);
        Assert.Equal(["p1", "p0"], (await Store.ListAsync(new PipelineQuery(PipelineStatus.Cancelled))).Items.Select(item => item.Id.Value));
        Assert.Equal(["p6", "p4", "p2", "p0"], (await Store.ListAsync(new PipelineQuery(Search: "eVeN 100%"))).Items.Select(item => item.Id.Value));
        Assert.Equal(["p5"], (await Store.ListAsync(new PipelineQuery(Search: "p5"))).Items.Select(item => item.Id.Value));
        Assert.Equal(["p2", "p3", "p4", "p5", "p6"], (await Store.ListUnfinishedAsync()).Select(id => id.Value).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task APausedPipelineIsLookedAfterAsLongAsItsTasksRun()
    {
        var state = PipelineState.Create(Pipes.Of(Pipes.Keyframe("k1"), Pipes.Keyframe("k2")), Now);
        await Store.CreateAsync(state);

        await SaveAsync(AttemptRules.Begin(state, "k1", new AttemptRecord(1, Now), Now)!);
        await SaveAsync(((CommandDecision.Change)CommandRules.Pause(state, Now)).Transition);
        Assert.Equal([state.Definition.Id.Value], (await Store.ListUnfinishedAsync()).Select(id => id.Value));

        await SaveAsync(AttemptRules.Complete(state, "k1", 1, new TaskResult(), Now)!);
        Assert.Empty(await Store.ListUnfinishedAsync());

        async Task SaveAsync(Transition transition)
        {
            Assert.True(await Store.SaveAsync(transition));
            state.Apply(transition);
        }
    }

    [Fact]
    public async Task TheNewestOperationsAreRemembered()
    {
        var state = PipelineState.Create(Pipes.Of(Pipes.Keyframe("k1")), Now);
        await Store.CreateAsync(state);
        var operations = Enumerable.Range(0, 80).Select(_ => Guid.NewGuid()).ToList();
        foreach (var (operation, i) in operations.Select((operation, i) => (operation, i)))
        {
            var transition = ((CommandDecision.Change)(i % 2 == 0 ? CommandRules.Pause(state, Now) : CommandRules.Resume(state, Now))).Transition;
            Assert.True(await Store.SaveAsync(transition, operation));
            state.Apply(transition);
        }

        var known = (await Store.LoadAsync(state.Definition.Id))!.Operations;
        Assert.Equal(64, known.Count);
        Assert.All(operations.TakeLast(64), operation => Assert.Contains(operation, known));
    }

    [Fact]
    public async Task TheVersionCanBeReadAlone()
    {
        var state = PipelineState.Create(Pipes.Of(Pipes.Keyframe("k1")), Now);
        Assert.Null(await Store.GetVersionAsync(state.Definition.Id));
        await Store.CreateAsync(state);
        Assert.Equal(1, await Store.GetVersionAsync(state.Definition.Id));
        await SaveAsync(state, AttemptRules.Begin(state, "k1", Attempt(1), Now)!);
        Assert.Equal(2, await Store.GetVersionAsync(state.Definition.Id));
    }

    [Fact]
    public async Task AFarmKeepsItsId()
    {
        var id = await Store.GetFarmIdAsync();

        Assert.Matches("^[0-9a-f]{12}$", id);
        Assert.Equal(id, await Store.GetFarmIdAsync());
        Assert.Equal(id, await (await ReopenAsync()).GetFarmIdAsync());
    }

    [Fact]
    public async Task AStoreThatCanBeWrittenProvesIt()
    {
        await Store.ProbeWriteAsync();
        await Store.ProbeWriteAsync();
        await (await ReopenAsync()).ProbeWriteAsync();
    }

    [Fact]
    public async Task WhatPipelinesNameIsReferencedUntilTheLastOfThemIsRemoved()
    {
        var (picture, other, video, unknown) = (Artifact('a'), Artifact('b'), Artifact('c'), Artifact('d'));
        var inputs = Pipes.Keyframe("k1").Inputs
            .Add("image", new TaskInput.Stored(picture))
            .Add("mask", new TaskInput.FirstOf([new TaskInput.Literal("1"), new TaskInput.Stored(other)]));
        var first = PipelineState.Create(Pipes.Of(Pipes.Keyframe("k1") with { Inputs = inputs }), Now);
        var second = PipelineState.Create(Pipes.Of(Pipes.Keyframe("k1") with { Inputs = inputs }), Now);
        await Store.CreateAsync(first);
        await Store.CreateAsync(second);
        string[] all = [picture.Sha256, other.Sha256, video.Sha256, unknown.Sha256];
        Assert.Equal([picture.Sha256, other.Sha256], (await Store.FindReferencedAsync(all)).Order());

        await SaveAsync(first, AttemptRules.Begin(first, "k1", Attempt(1), Now)!);
        var result = new TaskResult { Outputs = [new TaskOutput(video, "v.mp4"), new TaskOutput(picture, "p.png")] };
        await SaveAsync(first, AttemptRules.Complete(first, "k1", 1, result, Now)!);
        Assert.Equal([picture.Sha256, other.Sha256, video.Sha256], (await Store.FindReferencedAsync(all)).Order());

        // What a retry makes anew may still be shown somewhere: the old result counts as long as the pipeline is there.
        await SaveAsync(first, ((CommandDecision.Change)CommandRules.Retry(first, "k1", 5, Now)).Transition);
        Assert.Contains(video.Sha256, await Store.FindReferencedAsync(all));

        await Store.DeleteAsync(first.Definition.Id, first.Summary.Version);
        Assert.Equal([picture.Sha256, other.Sha256], (await Store.FindReferencedAsync(all)).Order());
        await Store.DeleteAsync(second.Definition.Id, second.Summary.Version);
        Assert.Empty(await Store.FindReferencedAsync(all));
        Assert.Empty(await Store.FindReferencedAsync([]));
    }

    [Fact]
    public async Task TextThatIsNoTextIsKeptOrReplacedButNeverRefused()
    {
        const string Broken = "half \uD83D and \0 and whole \uD83D\uDE00";
        var definition = Pipes.Of(Pipes.Keyframe("k1"), Pipes.Keyframe("k2")) with { Name = "nul \0 name" };
        var state = PipelineState.Create(definition, Now);
        Assert.True(await Store.CreateAsync(state));
        await SaveAsync(state, AttemptRules.Fail(state, "k1", 1, new TaskFault(FaultClass.Validation, Broken), Now)!);

        var stored = (await Store.LoadAsync(definition.Id))!;
        Assert.Equal("nul \0 name", stored.Definition.Name);
        Assert.Equal("nul \0 name", stored.Summary.Name);
        Assert.Equal("half \uFFFD and \0 and whole \uD83D\uDE00", stored.Rows[0].Fault!.Message);
        Assert.Contains("half \uFFFD and \uFFFD and whole \uD83D\uDE00", (await Store.GetHistoryAsync(definition.Id, "k1", 1))[0].Text, StringComparison.Ordinal);
        Assert.Single((await Store.ListAsync(new PipelineQuery(Search: "nul "))).Items);
        Assert.Empty((await Store.ListAsync(new PipelineQuery(Search: "no such \0"))).Items);
    }

    [Fact]
    public async Task OfManyCreatorsOfOneIdOneWinsWithAllItsRows()
    {
        var other = await ReopenAsync();
        var id = PipelineId.New();
        var states = Enumerable.Range(1, 40)
            .Select(i => PipelineState.Create(Pipes.Of([.. Enumerable.Range(0, i).Select(k => Pipes.Keyframe($"k{k}"))]) with { Id = id, Name = $"{i}" }, Now))
            .ToList();
        var bystanders = Enumerable.Range(0, 40).Select(_ => PipelineState.Create(Pipes.Of(Pipes.Keyframe("k1")), Now)).ToList();

        var others = Task.WhenAll(bystanders.Select(state => Store.CreateAsync(state)));
        var won = await Task.WhenAll(states.Select((state, i) => (i % 2 == 0 ? Store : other).CreateAsync(state)));

        Assert.All(await others, Assert.True);
        var winner = Array.IndexOf(won, true);
        Assert.Equal(1, won.Count(w => w));
        var stored = (await Store.LoadAsync(id))!;
        Assert.Equal(winner + 1, stored.Rows.Length);
        Assert.Equal($"{winner + 1}", stored.Definition.Name);
        Assert.Single(await Store.GetHistoryAsync(id, null, 10));
    }

    [Fact]
    public async Task WritersOfTwoSilosAtTheSameVersionsDoNotMix()
    {
        var other = await ReopenAsync();
        var states = Enumerable.Range(0, 30).Select(_ => PipelineState.Create(Pipes.Of([.. Enumerable.Range(0, 10).Select(k => Pipes.Keyframe($"k{k}"))]), Now)).ToList();
        Assert.All(await Task.WhenAll(states.Select(state => Store.CreateAsync(state))), Assert.True);

        // One goes up, the other down, so that they meet.
        var operations = Enumerable.Range(0, 10).Select(_ => Guid.NewGuid()).ToArray();
        var saves = Enumerable.Range(0, 10).SelectMany(writer => Enumerable.Range(0, states.Count).Select(async i =>
        {
            var state = writer % 2 == 0 ? states[i] : states[^(i + 1)];
            var won = await (writer % 2 == 0 ? Store : other).SaveAsync(AttemptRules.Begin(state, $"k{writer}", Attempt(1), Now)!, operations[writer]);
            return (state.Definition.Id, writer, won);
        }));
        var results = await Task.WhenAll(saves);

        foreach (var state in states)
        {
            var winner = Assert.Single(results, result => result.Id == state.Definition.Id && result.won).writer;
            var stored = (await Store.LoadAsync(state.Definition.Id))!;
            Assert.Equal([$"k{winner}"], stored.Rows.Where(row => row.State == TaskState.Running).Select(row => row.TaskId));
            Assert.Equal([operations[winner]], stored.Operations);
            Assert.Equal(2, (await Store.GetHistoryAsync(state.Definition.Id, null, 10)).Length);
        }
    }

    [Fact]
    public Task ItBehavesAsTheModel() => StoreModel.CheckAsync(Store, ReopenAsync);

    private static ArtifactRef Artifact(char digit) => new(new string(digit, 64), 1, "image/png");

    private static AttemptRecord Attempt(int number) => new(number, Now, new Continuity.Gpu.GpuId("g"), new Uri("http://127.0.0.1:1/"), 5, $"prompt-{number}", 7);

    private async Task SaveAsync(PipelineState state, Transition transition)
    {
        Assert.True(await Store.SaveAsync(transition));
        state.Apply(transition);
    }
}
