using Continuity.Engine.Pipelines;
using Continuity.Gpu;
using Continuity.Grains.Stores;
using Continuity.Pipelines;
using Continuity.Tasks;

using CsCheck;

namespace Continuity.Grains.Tests.Stores;

/// <summary>What a store must hold after any sequence of changes, kept in memory beside it. A failure prints the seed; CsCheck_Seed repeats it.</summary>
internal sealed class StoreModel
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly Gen<(int Action, int Pipeline, int Task)[]> Histories =
        Gen.Select(Gen.Int[0, 99], Gen.Int[0, 3], Gen.Int[0, 4], (action, pipeline, task) => (action, pipeline, task)).Array[1, 60];

    private readonly string _run = PipelineId.New().Value;
    private readonly Dictionary<PipelineId, Entry> _entries = [];
    private int _clock;

    public static Task CheckAsync(IPipelineStore store, Func<Task<IPipelineStore>> reopen) => Histories.SampleAsync(
        async history =>
        {
            var model = new StoreModel();
            foreach (var step in history)
            {
                await model.StepAsync(store, step);
            }

            await model.CompareAsync(await reopen());
        },
        iter: 15,
        threads: 1);

    private async Task StepAsync(IPipelineStore store, (int Action, int Pipeline, int Task) step)
    {
        var id = new PipelineId($"{_run}-{step.Pipeline}");
        var now = Start.AddSeconds(++_clock);
        var entry = _entries.GetValueOrDefault(id);
        if (step.Action < 15 || entry is null)
        {
            var state = PipelineState.Create(Definition(id, step.Task + 1), now);
            Assert.Equal(entry is null, await store.CreateAsync(state));
            _entries.TryAdd(id, new Entry(state));
        }
        else if (step.Action < 18)
        {
            Assert.True(await store.DeleteAsync(id, entry.State.Summary.Version));
            _entries.Remove(id);
        }
        else if (step.Action < 25)
        {
            Assert.False(await store.DeleteAsync(id, entry.State.Summary.Version + 1));
            if (entry.Last is { } last)
            {
                Assert.False(await store.SaveAsync(last, Guid.NewGuid()));
            }
        }
        else if (Decide(entry.State, step.Action, step.Task, now) is { } transition)
        {
            var operation = step.Action % 3 == 0 ? (Guid?)Guid.NewGuid() : null;
            Assert.True(await store.SaveAsync(transition, operation));
            entry.Apply(transition, operation);
        }

        if (step.Action % 10 == 0)
        {
            await CompareAsync(store);
        }
    }

    private async Task CompareAsync(IPipelineStore store)
    {
        for (var i = 0; i < 4; i++)
        {
            var id = new PipelineId($"{_run}-{i}");
            var stored = await store.LoadAsync(id);
            var entry = _entries.GetValueOrDefault(id);
            Assert.Equal(entry is null, stored is null);
            Assert.Equal(entry?.State.Summary.Version, await store.GetVersionAsync(id));
            if (entry is not null)
            {
                Assert.Equal(entry.State.Summary, stored!.Summary);
                Assert.Equal(entry.State.Rows.Select(Text), stored.Rows.Select(Text));
                Assert.Equal(entry.Operations.TakeLast(64).Order(), stored.Operations.Order());
                Assert.Equal(entry.Events, await store.GetHistoryAsync(id, null, 1000));
                Assert.Equal(entry.Events.Where(line => line.TaskId == "t0"), await store.GetHistoryAsync(id, "t0", 1000));
            }
            else
            {
                Assert.Empty(await store.GetHistoryAsync(id, null, 1000));
            }
        }

        var listed = (await store.ListAsync(new PipelineQuery(Search: _run))).Items.Select(item => item.Id);
        Assert.Equal(_entries.Values.OrderByDescending(entry => entry.State.Summary.CreatedAt).Select(entry => entry.State.Definition.Id), listed);
        var unfinished = (await store.ListUnfinishedAsync()).Where(id => id.Value.StartsWith(_run, StringComparison.Ordinal));
        Assert.Equal(
            _entries.Where(entry => entry.Value.State.Summary is { Status: PipelineStatus.Active or PipelineStatus.Cancelling } or { Status: PipelineStatus.Paused, Counts.Running: > 0 }).Select(entry => entry.Key.Value).Order(StringComparer.Ordinal),
            unfinished.Select(id => id.Value).Order(StringComparer.Ordinal));
    }

    private static string Text(TaskRow row) => System.Text.Json.JsonSerializer.Serialize(row, StoreJson.Default.TaskRow);

    private static PipelineDefinition Definition(PipelineId id, int tasks) => new()
    {
        Id = id,
        Name = "model",
        Tasks = [.. Enumerable.Range(0, tasks).Select(i => new TaskDefinition { Id = $"t{i}", Kind = TaskKind.Generic, Label = $"Task {i}", Dependencies = i > 2 ? [$"t{i - 1}"] : [] })],
    };

    private static Transition? Decide(PipelineState state, int action, int task, DateTimeOffset now)
    {
        var row = state.Rows[task % state.Rows.Count];
        var attempt = new AttemptRecord(row.Attempts + 1, now, new GpuId("g"), new Uri("http://g/"), now.Ticks, $"prompt-{now.Ticks}");
        return action switch
        {
            < 50 => AttemptRules.Begin(state, row.TaskId, attempt, now),
            < 65 => AttemptRules.Complete(state, row.TaskId, row.Attempts, new TaskResult(), now),
            < 75 => AttemptRules.Fail(state, row.TaskId, row.Attempts, new TaskFault(FaultClass.Node, "node failed"), now),
            < 80 => Change(CommandRules.Pause(state, now)),
            < 90 => Change(CommandRules.Resume(state, now)),
            < 93 => Change(CommandRules.Cancel(state, now)),
            _ => Change(CommandRules.Retry(state, row.TaskId, null, now)),
        };
    }

    private static Transition? Change(CommandDecision decision) => (decision as CommandDecision.Change)?.Transition;

    private sealed class Entry(PipelineState state)
    {
        public PipelineState State { get; } = state;

        public Transition? Last { get; private set; }

        public List<Guid> Operations { get; } = [];

        public List<TaskEvent> Events { get; } =
            [new TaskEvent(1, state.Summary.CreatedAt, null, "submitted", $"Accepted with {state.Rows.Count} tasks.")];

        public void Apply(Transition transition, Guid? operation)
        {
            State.Apply(transition);
            Last = transition;
            Events.AddRange(transition.Events);
            if (operation is { } id)
            {
                Operations.Add(id);
            }
        }
    }
}
