using System.Collections.Immutable;

using Continuity.ComfyUI.Client;
using Continuity.Gpu;
using Continuity.Tasks;

namespace Continuity.Grains.Tasks;

/// <summary>Follows a prompt to its end, over outages, and gives the slot back the moment the GPU is free.</summary>
internal sealed class PromptFollower(AttemptRecord record, IAttemptHost host, AttemptServices services)
{
    private static readonly TimeSpan Again = TimeSpan.FromSeconds(2);

    // More than any pause of the collector or a busy machine.
    private static readonly TimeSpan Lateness = TimeSpan.FromSeconds(8);

    private readonly ProgressWatch _watch = new(host, services.Time);
    private CancellationTokenSource? _following;
    private string? _askedBack;
    private bool _isGone;

    /// <summary>How long the prompt executed: by ComfyUI's clock where its history tells, else as far as it was seen; null when it did not, or nobody knows.</summary>
    public TimeSpan? Executed { get; private set; }

    /// <summary>Whether it came to its end.</summary>
    public bool IsWhole { get; private set; }

    /// <summary>For how long it stood behind prompts of others after its turn had come.</summary>
    public TimeSpan BehindOthers(DateTimeOffset turn, DateTimeOffset until) => _watch.BehindOthers(turn, until);

    /// <summary>Waits for the end.</summary>
    /// <returns>The files that the prompt saved; those the task is for are among them.</returns>
    /// <exception cref="AttemptFault">It ended in any other way.</exception>
    public async Task<ImmutableArray<OutputFile>> FollowAsync(TaskDefinition task, CancellationToken cancellationToken)
    {
        var outcome = await OutcomeAsync(cancellationToken);
        Note(outcome);
        var fault = outcome switch
        {
            PromptOutcome.Succeeded { Outputs: var outputs } => OutputRules.Missing(task, outputs) is { } missing ? OutputRules.Fault(missing, outputs) : null,
            PromptOutcome.Failed failed => failed.Fault,
            PromptOutcome.Interrupted => new TaskFault(FaultClass.Interrupted, "Somebody interrupted the prompt in ComfyUI."),
            PromptOutcome.Lost when _isGone && _askedBack is { } reason && !_watch.IsExecuting => new TaskFault(FaultClass.Drained, reason),
            PromptOutcome.Lost => new TaskFault(
                FaultClass.Lost,
                _watch.IsExecuting
                    ? "ComfyUI no longer knows the prompt, which was executing: it was restarted or crashed."
                    : "ComfyUI does not know the prompt, which had not started: it was restarted, somebody took the prompt out of its queue, or it never arrived.",
                WhileExecuting: _watch.IsExecuting),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
        if (fault is not null)
        {
            throw new AttemptFault(fault);
        }

        var succeeded = (PromptOutcome.Succeeded)outcome;
        await host.ReleaseSlotAsync(new SlotOutcome(null, Executed: true, LongestSilence: _watch.LongestSilence, Ran: succeeded.Ran));
        return succeeded.Outputs;
    }

    /// <summary>Takes the prompt out of ComfyUI unless it has started; then the following ends, with the reason as its fault.</summary>
    public async Task TakeBackAsync(string reason, CancellationToken cancellationToken)
    {
        if (_watch.IsExecuting || _isGone)
        {
            return;
        }

        _askedBack ??= reason;
        try
        {
            _isGone = await services.Connections.Get(record.GpuAddress!).WithdrawAsync(record.PromptId!, cancellationToken) || _isGone;
        }
        catch (ComfyException)
        {
            // Asked again at the GPU's next look; following finds out what became of it.
        }

        if (_isGone && _following is { } following)
        {
            await following.CancelAsync();
        }
    }

    /// <summary>Takes note of how long it executed.</summary>
    public void Note(PromptOutcome outcome) => (Executed, IsWhole) = outcome switch
    {
        PromptOutcome.Succeeded { Ran: var ran } => (ran ?? _watch.ExecutesFor, true),
        PromptOutcome.Failed { Ran: var ran } => (ran ?? Executed ?? _watch.SeenExecuting, false),
        PromptOutcome.Interrupted { Ran: var ran } => (ran ?? _watch.ExecutesFor, false),
        _ => (_watch.SeenExecuting, false),
    };

    /// <summary>Takes the prompt out of ComfyUI. Goes on while the instance is out of reach, up to the time after which prompts count as lost.</summary>
    /// <returns>Where it is after that; <see langword="null"/> when the instance did not answer.</returns>
    public async Task<Whereabouts?> CancelAsync(Uri address, string promptId, CancellationToken cancellationToken)
    {
        var start = services.Time.GetTimestamp();
        while (true)
        {
            try
            {
                var where = await services.Connections.Get(address).CancelAsync(promptId, cancellationToken);
                switch (where)
                {
                    case Whereabouts.Ended { Outcome: var outcome }:
                        Note(outcome);
                        break;
                    case Whereabouts.Running:
                        Executed = _watch.ExecutesFor;
                        break;
                    default:
                        Executed = _watch.SeenExecuting;
                        break;
                }

                return where;
            }
            catch (ComfyException exception)
            {
                if (services.Time.GetElapsedTime(start) > services.Options.Value.LostAfter)
                {
                    return null;
                }

                host.Report(TaskPhase.Executing, detail: $"being cancelled: {exception.Message}");
                await Task.Delay(Again, services.Time, cancellationToken);
            }
        }
    }

    private async Task<PromptOutcome> OutcomeAsync(CancellationToken cancellationToken)
    {
        var client = services.Connections.Get(record.GpuAddress!);
        long? awaySince = null;
        while (true)
        {
            try
            {
                return await FollowOrGiveUpAsync(client, cancellationToken);
            }
            catch (ComfyException exception)
            {
                awaySince = _watch.Seen ? services.Time.GetTimestamp() : awaySince ?? services.Time.GetTimestamp();
                if (services.Time.GetElapsedTime(awaySince.Value) > services.Options.Value.LostAfter && await host.OtherGpuWorksAsync(record.GpuId!.Value))
                {
                    return new PromptOutcome.Failed(new TaskFault(
                        FaultClass.Lost, $"{exception.Message} Another GPU works, so the prompt goes there.", WhileExecuting: _watch.IsExecuting));
                }

                host.Report(
                    _watch.IsExecuting ? TaskPhase.Executing : TaskPhase.Staged,
                    detail: $"{exception.Message} The prompt may go on there; it is taken up again when ComfyUI answers.");
                _watch.LookAgain();
                await Task.Delay(Again, services.Time, cancellationToken);
            }
        }
    }

    private async Task<PromptOutcome> FollowOrGiveUpAsync(IComfyClient client, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _following = stop;
        var doubts = new PromptDoubts(record, _watch, host, services);
        var follow = client.FollowAsync(record.PromptId!, _watch, stop.Token);
        try
        {
            var lookedAt = services.Time.GetTimestamp();
            while (await Task.WhenAny(follow, Task.Delay(Again, services.Time, stop.Token)) != follow && !stop.IsCancellationRequested)
            {
                var late = services.Time.GetElapsedTime(lookedAt) > Again + Lateness;
                lookedAt = services.Time.GetTimestamp();
                if (late)
                {
                    // This process stood still, not the prompt: what it did meanwhile is not known, and somebody else may follow it by now.
                    _watch.LookAgain();
                    continue;
                }

                if (await doubts.WhyGiveUpAsync() is { } fault)
                {
                    return await GiveUpAsync(client, fault, cancellationToken);
                }
            }

            return _isGone && !cancellationToken.IsCancellationRequested ? new PromptOutcome.Lost() : await follow;
        }
        finally
        {
            _following = null;
            await stop.CancelAsync();
            await ((Task)follow).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        }
    }

    private async Task<PromptOutcome> GiveUpAsync(IComfyClient client, TaskFault fault, CancellationToken cancellationToken)
    {
        switch (await CancelAsync(client.Address, record.PromptId!, cancellationToken))
        {
            case Whereabouts.Ended { Outcome: PromptOutcome.Succeeded succeeded }:
                return succeeded;
            case Whereabouts.Running:
                await host.ReleaseSlotAsync(new SlotOutcome(FaultClass.Gpu, Executed: false, record.PromptId));
                return new PromptOutcome.Failed(fault with { Message = $"{fault.Message}. ComfyUI cannot stop the prompt: its worker hangs or is dead. Restart that ComfyUI." });
            case null:
                return new PromptOutcome.Failed(fault with { Message = $"{fault.Message}. ComfyUI does not answer, so that the prompt may still be there; it is removed when ComfyUI comes back." });
            default:
                return new PromptOutcome.Failed(fault with { Message = $"{fault.Message}; it was taken back." });
        }
    }
}
