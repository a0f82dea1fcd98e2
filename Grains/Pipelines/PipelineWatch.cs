using System.Collections.Immutable;
using System.Runtime.CompilerServices;

using Continuity.Engine.Pipelines;
using Continuity.Pipelines;
using Continuity.Tasks;

namespace Continuity.Grains.Pipelines;

/// <summary>What watchers see of a pipeline: recorded changes by version, and live progress that is never stored.</summary>
internal sealed class PipelineWatch(PipelineState state, TimeProvider time)
{
    private readonly ChangeLog _rows = new(state.Rows.Count);
    private readonly ChangeLog _progress = new(state.Rows.Count);
    private readonly TaskProgress?[] _live = new TaskProgress?[state.Rows.Count];
    private readonly long _firstVersion = state.Summary.Version;
    private long _liveStamp;
    private bool _ended;
    private TaskCompletionSource _signal = NewSignal();

    /// <summary>Whether somebody runs the pipeline; until then its tasks wait for that.</summary>
    public bool IsDriven { get; set; }

    /// <summary>Takes note of a transition that is stored and applied.</summary>
    public void Changed(Transition transition)
    {
        foreach (var (index, row) in transition.Rows)
        {
            _rows.Touch(index, transition.Summary.Version);
            if (row.State is not (TaskState.Running or TaskState.Pending))
            {
                _live[index] = null;
            }
        }

        Signal();
    }

    /// <summary>Takes note of what a task does now.</summary>
    /// <returns>Whether that is news.</returns>
    public bool Report(int index, TaskProgress progress)
    {
        if (_live[index] == progress)
        {
            return false;
        }

        _live[index] = progress;
        _progress.Touch(index, ++_liveStamp);
        Signal();
        return true;
    }

    /// <summary>Forgets what a task did, when it is taken back.</summary>
    public void ClearLive(int index) => _live[index] = null;

    /// <summary>Ends every watch: the pipeline is removed, or this activation ends.</summary>
    public void End()
    {
        _ended = true;
        Signal();
    }

    public TaskView View(int index) => new()
    {
        Definition = state.Definition.Tasks[index],
        Row = state.Rows[index],
        Live = _live[index],
        WaitingFor = state.Rows[index].State == TaskState.Pending ? WaitingFor.Of(state, index, _live[index]?.Detail, IsDriven, time.GetUtcNow()) : null,
    };

    public async IAsyncEnumerable<PipelineUpdate> FollowAsync(long afterVersion, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var version = afterVersion;
        var live = 0L;
        var first = true;
        while (!_ended)
        {
            var signal = _signal.Task;
            if (first || state.Summary.Version > version || _liveStamp > live)
            {
                var update = Update(version, live);
                (version, live, first) = (update.Summary.Version, _liveStamp, false);
                yield return update;
                if (update.IsFinal)
                {
                    yield break;
                }

                continue;
            }

            await signal.WaitAsync(cancellationToken);
        }
    }

    private PipelineUpdate Update(long version, long live)
    {
        // Before this activation nothing was noted: the rows themselves tell their versions.
        var changed = version < _firstVersion
            ? [.. Enumerable.Range(0, state.Rows.Count).Where(i => version == 0 || state.Rows[i].Version > version)]
            : _rows.Since(version);
        return new PipelineUpdate
        {
            Summary = state.Summary,
            Changed = [.. changed.Select(View)],
            Progress = [.. _progress.Since(live).Select(i => _live[i]).OfType<TaskProgress>()],
        };
    }

    private void Signal()
    {
        var signal = _signal;
        _signal = NewSignal();
        signal.TrySetResult();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
