using System.Collections.Immutable;

using Continuity.ComfyUI.Client;
using Continuity.Gpu;
using Continuity.Tasks;

namespace Continuity.Grains.Tasks;

/// <summary>Follows a prompt to its end, over outages, and gives the slot back the moment the GPU is free.</summary>
internal sealed class PromptFollower(AttemptRecord record, IAttemptHost host, AttemptServices services)
{
    private static readonly TimeSpan Again = TimeSpan.FromSeconds(2);

    private readonly IAttemptHost _host = host;
    private CancellationTokenSource? _following;
    private bool _executing;
    private bool _isAskedBack;
    private bool _isGone;

    /// <summary>The fault of a prompt that did not start, because its GPU is to be emptied.</summary>
    public static TaskFault Drained { get; } = new(FaultClass.Drained, "Its GPU was taken out of work before the prompt started there.");

    /// <summary>Waits for the end.</summary>
    /// <returns>The files that the prompt saved; those the task is for are among them.</returns>
    /// <exception cref="AttemptFault">It ended in any other way. The slot is released.</exception>
    public async Task<ImmutableArray<OutputFile>> FollowAsync(TaskDefinition task, CancellationToken cancellationToken)
    {
        var outcome = await OutcomeAsync(cancellationToken);
        var fault = outcome switch
        {
            PromptOutcome.Succeeded { Outputs: var outputs } => OutputRules.Missing(task, outputs) is { } missing ? OutputRules.Fault(missing, outputs) : null,
            PromptOutcome.Failed failed => failed.Fault,
            PromptOutcome.Interrupted => new TaskFault(FaultClass.Interrupted, "Somebody interrupted the prompt in ComfyUI."),
            PromptOutcome.Lost when _isAskedBack && !_executing => Drained,
            PromptOutcome.Lost => new TaskFault(
                FaultClass.Lost,
                _executing ? "ComfyUI no longer knows the prompt, which was executing: it was restarted or crashed." : "ComfyUI does not know the prompt: it was restarted, or the prompt never arrived.",
                WhileExecuting: _executing),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
        if (fault is not null)
        {
            throw new AttemptFault(fault);
        }

        await _host.ReleaseSlotAsync(new SlotOutcome(null, Executed: true));
        return ((PromptOutcome.Succeeded)outcome).Outputs;
    }

    /// <summary>Takes the prompt out of ComfyUI unless it has started; then the following ends.</summary>
    public async Task TakeBackAsync(CancellationToken cancellationToken)
    {
        if (_executing || _isGone)
        {
            return;
        }

        _isAskedBack = true;
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

    /// <summary>Takes the prompt out of ComfyUI. Goes on while the instance is out of reach, up to the time after which prompts count as lost.</summary>
    /// <returns>Where it is after that; unknown also when the instance did not answer.</returns>
    public async Task<Whereabouts> CancelAsync(Uri address, string promptId, CancellationToken cancellationToken)
    {
        var start = services.Time.GetTimestamp();
        while (true)
        {
            try
            {
                return await services.Connections.Get(address).CancelAsync(promptId, cancellationToken);
            }
            catch (ComfyException exception)
            {
                if (services.Time.GetElapsedTime(start) > services.Options.Value.LostAfter)
                {
                    return new Whereabouts.Unknown();
                }

                _host.Report(TaskPhase.Executing, detail: $"being cancelled: {exception.Message}");
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
            using var stalled = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            _following = stalled;
            var watch = new ProgressWatch(this, services.Time);
            using var timer = services.Time.CreateTimer(_ => watch.CancelWhenStalled(stalled, services.Options.Value.StallTimeout), null, Again, Again);
            try
            {
                return await client.FollowAsync(record.PromptId!, watch, stalled.Token);
            }
            catch (OperationCanceledException) when (_isGone && !cancellationToken.IsCancellationRequested)
            {
                return new PromptOutcome.Lost();
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                return await GiveUpStalledAsync(client, cancellationToken);
            }
            catch (ComfyException exception)
            {
                awaySince ??= services.Time.GetTimestamp();
                if (services.Time.GetElapsedTime(awaySince.Value) > services.Options.Value.LostAfter && await _host.OtherGpuWorksAsync(record.GpuId!.Value))
                {
                    return new PromptOutcome.Lost();
                }

                _host.Report(_executing ? TaskPhase.Executing : TaskPhase.Staged, detail: $"{exception.Message} The prompt may go on there; it is taken up again when ComfyUI answers.");
                await Task.Delay(Again, services.Time, cancellationToken);
            }

            if (watch.Seen)
            {
                awaySince = null;
            }
        }
    }

    private async Task<PromptOutcome> GiveUpStalledAsync(IComfyClient client, CancellationToken cancellationToken)
    {
        var timeout = services.Options.Value.StallTimeout;
        var where = await CancelAsync(client.Address, record.PromptId!, cancellationToken);
        switch (where)
        {
            case Whereabouts.Ended { Outcome: PromptOutcome.Succeeded succeeded }:
                return succeeded;
            case Whereabouts.Running:
                await _host.ReleaseSlotAsync(new SlotOutcome(FaultClass.Gpu, Executed: false, record.PromptId));
                return Failed($"No sign of progress for {timeout.TotalMinutes:0.#} min, and ComfyUI cannot stop the prompt: its worker hangs or is dead. Restart that ComfyUI.");
            default:
                return Failed($"No sign of progress for {timeout.TotalMinutes:0.#} min; the prompt was interrupted.");
        }

        PromptOutcome.Failed Failed(string message) => new(new TaskFault(_executing ? FaultClass.Stalled : FaultClass.Lost, message, WhileExecuting: _executing));
    }

    private sealed class ProgressWatch(PromptFollower owner, TimeProvider time) : IProgress<PromptProgress>
    {
        private const int UnseenPatience = 8;

        private DateTimeOffset _lastActivity = time.GetUtcNow();
        private bool _live = true;

        public bool Seen { get; private set; }

        public void Report(PromptProgress value)
        {
            Seen = true;
            owner._executing = value.Phase == PromptPhase.Executing;
            (_live, _lastActivity) = (value.IsLive, value.LastActivity);
            if (value.Phase == PromptPhase.Executing)
            {
                owner._host.Report(TaskPhase.Executing, value.Percent, value.NodeTitle);
            }
            else
            {
                owner._host.Report(TaskPhase.Staged, null, value.Position is { } position ? $"number {position} of {value.QueueLength} in this ComfyUI's queue" : null);
            }
        }

        public void CancelWhenStalled(CancellationTokenSource source, TimeSpan timeout)
        {
            // While the instance does not answer there is no progress to be seen: that is an outage, not a stall. A prompt that was sent over another
            // connection, or waits behind another, shows none either, so it is given much longer.
            if (Seen && time.GetUtcNow() - _lastActivity > timeout * (_live && owner._executing ? 1 : UnseenPatience))
            {
                try
                {
                    source.Cancel();
                }
                catch (ObjectDisposedException)
                {
                    // The prompt ended in this very moment.
                }
            }
        }
    }
}
