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
        Assert.Equal([state.Definition.Id], await Store.ListUnfinishedAsync());

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

    private static AttemptRecord Attempt(int number) => new(number, Now, new Continuity.Gpu.GpuId("g"), new Uri("http://127.0.0.1:1/"), 5, $"prompt-{number}", 7);

    private async Task SaveAsync(PipelineState state, Transition transition)
    {
        Assert.True(await Store.SaveAsync(transition));
        state.Apply(transition);
    }
}
