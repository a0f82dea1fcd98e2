using System.Collections.Immutable;

using Continuity.Engine.Scheduling;
using Continuity.Engine.Scheduling.Costs;
using Continuity.Gpu;
using Continuity.Grains.Hosting;
using Continuity.Tasks;

using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Continuity.Grains.Gpu;

/// <summary>
/// The fleet and the waiting tickets. Durable is what operators and configurations want of the fleet; everything else comes again by itself: queues tell how their GPUs are, attempts
/// put their tickets in.
/// </summary>
internal sealed partial class GpuPoolGrain(
    [PersistentState("gpu-fleet")] IPersistentState<GpuFleetState> stored,
    [PersistentState("gpu-costs")] IPersistentState<LearnedCostsState> learned,
    FarmGrains grains,
    IOptions<ContinuityOptions> options,
    TimeProvider time,
    ILogger<GpuPoolGrain> logger) : Grain, IGpuPoolGrain
{
    // A silo that starts tells its GPUs a moment later: nothing is called impossible before they had the time.
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(2);

    // Silos and sessions tell their GPUs every few seconds.
    private static readonly TimeSpan HearingPatience = TimeSpan.FromMinutes(1);

    // So much of what was learned may be lost with a silo: it is learned again.
    private static readonly TimeSpan CostsAge = TimeSpan.FromMinutes(1);

    // Of all that wait so many ask again in a second: what that costs does not grow with the backlog.
    private const double RepeatsPerSecond = 40;

    // A ticket that was lost all the same is missed for so long at the most.
    private static readonly TimeSpan LongestSilence = TimeSpan.FromMinutes(5);

    private readonly SortedDictionary<string, PoolMember> _members = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (GpuOrigin Origin, DateTimeOffset At)> _heard = new(StringComparer.Ordinal);
    private readonly Dictionary<TicketId, DateTimeOffset> _doubted = [];
    private readonly Arrivals _arrivals = new(time);
    private Scheduler _scheduler = null!;
    private LearnedCosts _costs = null!;
    private int _costsStored;
    private DateTimeOffset _costsStoredAt;
    private GpuFleet _fleet = GpuFleet.Empty;
    private DateTimeOffset _fleetChangedAt;

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _costs = learned.State.ToCosts();
        _costsStored = _costs.Version;
        _scheduler = new Scheduler(new SchedulerOptions { MaxDeferral = options.Value.MaxDeferral }, _costs);
        Follow(stored.State.ToFleet());

        // A queue may have ended with its silo: it is started again wherever it can be.
        this.RegisterGrainTimer(
            StartQueuesAsync,
            new GrainTimerCreationOptions { DueTime = TimeSpan.Zero, Period = options.Value.SweepInterval, KeepAlive = true });
        return Task.CompletedTask;
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken) => StoreCostsAsync();

    public async Task AdvertiseAsync(GpuOrigin origin, string owner, ImmutableArray<GpuRegistration> gpus)
    {
        _heard[owner] = (origin, time.GetSteadyNow());
        await ChangeAsync(_fleet.Advertise(origin, owner, gpus, _heard.ContainsKey));
    }

    public async Task<GpuCommandResult> AddAsync(GpuRegistration gpu)
    {
        var changed = await ChangeAsync(_fleet.Add(gpu));
        return new GpuCommandResult.Done(gpu.Id, _fleet.Gpus[gpu.Id.Value].Mode, changed);
    }

    public async Task<GpuCommandResult> RemoveAsync(GpuId gpu)
    {
        if (!_fleet.Gpus.ContainsKey(gpu.Value) && !_fleet.Removed.ContainsKey(gpu.Value))
        {
            return NotFound(gpu);
        }

        return new GpuCommandResult.Done(gpu, GpuMode.Draining, await ChangeAsync(_fleet.Remove(gpu), takeBack: true));
    }

    public async Task<GpuCommandResult> SetModeAsync(GpuId gpu, GpuMode mode) => _fleet.Gpus.ContainsKey(gpu.Value)
        ? new GpuCommandResult.Done(gpu, mode, await ChangeAsync(_fleet.SetMode(gpu, mode)))
        : NotFound(gpu);

    public Task<TicketAnswer> RequestAsync(Ticket ticket)
    {
        var fleet = Fleet();
        if (Eligibility.WhyImpossible(ticket, fleet) is { } impossible && time.GetSteadyNow() - _fleetChangedAt > Settling)
        {
            // What is missing may have been put there since the GPUs were looked at.
            _doubted.TryAdd(ticket.Id, time.GetSteadyNow());
            if (IsCurrent(_doubted[ticket.Id]))
            {
                Forget(ticket.Id);
                return Task.FromResult(new TicketAnswer(impossible, Impossible: true));
            }
        }

        if (_scheduler.Add(ticket))
        {
            _arrivals.Came();
            NudgeFor(ticket);
        }

        var now = time.GetSteadyNow();
        Recall(_scheduler.RecallBefore(ticket.Id, now));
        var wait = _scheduler.ExplainBriefly(ticket.Id, now)!;
        return Task.FromResult(new TicketAnswer(wait.Reason, Impossible: false, ToDate(wait.ExpectedStart, now), AskAgainAfter()));
    }

    public Task WithdrawAsync(TicketId ticket)
    {
        Forget(ticket);
        return Task.CompletedTask;
    }

    public Task<TakeAnswer> TakeAsync(GpuStatus status)
    {
        if (!_members.TryGetValue(status.Id.Value, out var member))
        {
            return Task.FromResult(new TakeAnswer(null));
        }

        var changed = member.Status.Health != status.Health;
        var now = time.GetSteadyNow();
        // A silo of an earlier version tells neither what ended nor what is held.
        foreach (var ended in status.Ended.IsDefault ? [] : status.Ended)
        {
            _scheduler.Ended(status.Id, ended.Ticket, ended.Ran, now);
        }

        member.Heard(status with { Ended = [], Held = [] }, now);
        if (member.WantsCapabilities)
        {
            return Task.FromResult(new TakeAnswer(null, member.Mode, WantsCapabilities: true));
        }

        if (!status.Held.IsDefault)
        {
            _scheduler.Keep(status.Id, status.Held, now);
        }

        _scheduler.Tell(member.View(), now);
        var choice = _scheduler.Choose(status.Id, now);
        if (choice.Ticket is { } ticket)
        {
            _doubted.Remove(ticket.Id);
            member.Given();
            _scheduler.Tell(member.View(), now);
        }
        else
        {
            Recall(_scheduler.RecallFor(status.Id, now));
        }

        if (changed)
        {
            // Tickets that were kept for this GPU, or kept away from it, may go elsewhere now.
            Nudge();
        }

        return Task.FromResult(new TakeAnswer(choice.Ticket, member.Mode, WantsLook: member.WantsLook, AskAgainAfter: choice.AskAgainAt - now, Expected: choice.Expected));
    }

    public Task DescribeAsync(GpuId gpu, GpuCapabilities capabilities)
    {
        if (_members.TryGetValue(gpu.Value, out var member))
        {
            member.Described(capabilities, time.GetSteadyNow());
            Nudge();
        }

        return Task.CompletedTask;
    }

    public async Task<ImmutableArray<GpuView>> GetGpusAsync() => [.. await Task.WhenAll(_members.Values.ToList().Select(ViewAsync))];

    public Task<ImmutableArray<WaitingTicket>> GetWaitingAsync(int limit)
    {
        var now = time.GetSteadyNow();
        return Task.FromResult<ImmutableArray<WaitingTicket>>(
            [.. _scheduler.InOrder().Take(Math.Clamp(limit, 1, 10_000)).Select(ticket => new WaitingTicket(ticket, _scheduler.ExplainBriefly(ticket.Id, now)!.Reason))]);
    }

    public Task<TicketWait?> WhyAsync(TicketId ticket)
    {
        var now = time.GetSteadyNow();
        return Task.FromResult(_scheduler.Explain(ticket, now) is not { } wait ? null : wait with
        {
            ExpectedStart = ToDate(wait.ExpectedStart, now),
            PassedOverSince = ToDate(wait.PassedOverSince, now),
            PassedOverUntil = ToDate(wait.PassedOverUntil, now),
            Gpus = [.. wait.Gpus.Select(gpu => gpu with { FreeAt = ToDate(gpu.FreeAt, now) })],
        });
    }

    public Task<FleetCosts> GetCostsAsync(CostQuestion question) => Task.FromResult(_scheduler.Costs(question, time.GetSteadyNow()));

    public Task<PreflightReport> PreflightAsync(ImmutableArray<PreflightGroup> groups, TimeSpan asked)
    {
        var fleet = Fleet();
        var problems = PreflightCheck.Find(groups, fleet);
        ImmutableArray<GpuId> unseen = [.. _members.Values.Where(member => member.IsUnseen).Select(member => member.Registration.Id)];
        return Task.FromResult(new PreflightReport(problems, fleet.Count, unseen, problems.IsEmpty || IsCurrent(time.GetSteadyNow() - asked)));
    }

    // What is told to people is a date; in whole seconds, so that the same is not told again as news.
    private DateTimeOffset? ToDate(DateTimeOffset? steady, DateTimeOffset now)
    {
        var ticks = steady is { } at ? (time.GetUtcNow() + (at - now)).UtcTicks : 0;
        return steady is null ? null : new DateTimeOffset(ticks - (ticks % TimeSpan.TicksPerSecond), TimeSpan.Zero);
    }

    private TimeSpan AskAgainAfter() => TimeSpan.FromSeconds(Math.Min(_scheduler.Count / RepeatsPerSecond, LongestSilence.TotalSeconds));

    private List<FleetGpu> Fleet() => [.. _members.Values.Select(member => member.View())];

    private GpuCommandResult.NotFound NotFound(GpuId gpu) => new(
        $"There is no GPU {gpu} here. {(_members.Count == 0 ? "There are none; add one with 'continuity gpus add URL'." : $"There are: {string.Join(", ", _members.Keys)}.")}");

    private void Forget(TicketId ticket)
    {
        _scheduler.Remove(ticket);
        _doubted.Remove(ticket);
    }

    // Stores the change where it is to last, then lets it take effect.
    private async Task<bool> ChangeAsync(GpuFleet next, bool takeBack = false)
    {
        if (ReferenceEquals(next, _fleet))
        {
            return false;
        }

        var durable = next.Durable();
        if (!durable.HasSameContent(_fleet.Durable()))
        {
            var before = stored.State;
            stored.State = GpuFleetState.Of(durable);
            try
            {
                await stored.WriteStateAsync();
            }
            catch
            {
                stored.State = before;
                throw;
            }
        }

        Follow(next, takeBack);
        return true;
    }

    private void Follow(GpuFleet next, bool takeBack = false)
    {
        _fleet = next;
        _fleetChangedAt = time.GetSteadyNow();
        foreach (var (id, entry) in next.Gpus)
        {
            if (!_members.TryGetValue(id, out var member))
            {
                _members[id] = member = new PoolMember(entry.Registration);
                LogKnown(entry.Registration.Id, entry.Registration.Origin);
            }

            if (member.Mode != entry.Mode)
            {
                LogMode(entry.Registration.Id, entry.Mode);
            }

            (member.Registration, member.Mode) = (entry.Registration, entry.Mode);
            _scheduler.Tell(member.View(), _fleetChangedAt);
            Queue(id).StartAsync(entry.Registration).Ignore();
        }

        foreach (var id in _members.Keys.Where(id => !next.Gpus.ContainsKey(id)).ToList())
        {
            _members.Remove(id);
            _scheduler.Forget(new GpuId(id));
            LogGone(new GpuId(id));
            Queue(id).StopAsync(takeBack).Ignore();
        }

        // Whatever changed may let tickets go, or call them back.
        foreach (var id in _members.Keys)
        {
            Queue(id).NudgeAsync().Ignore();
        }
    }

    private async Task StoreCostsAsync()
    {
        var version = _costs.Version;
        if (version == _costsStored || time.GetSteadyNow() - _costsStoredAt < CostsAge)
        {
            return;
        }

        try
        {
            learned.State = LearnedCostsState.Of(_costs);
            await learned.WriteStateAsync();
            (_costsStored, _costsStoredAt) = (version, time.GetSteadyNow());
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            // What is not stored is learned again.
            LogCostsNotStored(exception);
        }
    }

    private async Task StartQueuesAsync(CancellationToken cancellationToken)
    {
        await StoreCostsAsync();
        foreach (var (owner, heard) in _heard.Where(heard => time.GetSteadyNow() - heard.Value.At > HearingPatience).ToList())
        {
            _heard.Remove(owner);
            if (heard.Origin == GpuOrigin.Session)
            {
                await ChangeAsync(_fleet.Advertise(GpuOrigin.Session, owner, [], _heard.ContainsKey));
            }
        }

        foreach (var member in _members.Values)
        {
            Queue(member.Registration.Id.Value).StartAsync(member.Registration).Ignore();
        }
    }

    // Whether every GPU that answers was looked at since; those that were not are, now.
    private bool IsCurrent(DateTimeOffset since)
    {
        var old = _members.Values.Where(member => member.Status.Health == GpuHealth.Healthy && member.LookedAt < since).ToList();
        foreach (var member in old)
        {
            member.LookAgain();
            Queue(member.Registration.Id.Value).NudgeAsync().Ignore();
        }

        return old.Count == 0;
    }

    private async Task<GpuView> ViewAsync(PoolMember member)
    {
        try
        {
            if (await Queue(member.Registration.Id.Value).GetAsync() is { } view)
            {
                return view with { Registration = member.Registration, Mode = member.Mode };
            }
        }
        catch (Exception exception) when (CallFaults.MayPass(exception))
        {
            LogSilent(exception, member.Registration.Id);
        }

        // Its silo has just died, or it is about to start.
        return new GpuView { Registration = member.Registration, Status = new GpuStatus { Id = member.Registration.Id, Mode = member.Mode }, Mode = member.Mode };
    }

    // Queues ask for tickets themselves when a slot becomes free; they are only told when there was nothing to have before. One is enough for one ticket; should it not come for it, others
    // find it at their next look at their GPUs.
    private void NudgeFor(Ticket ticket)
    {
        if (_scheduler.Taker(ticket.Id, gpu => !_members[gpu.Value].MayTakeMore, time.GetSteadyNow()) is not var (gpu, loads))
        {
            return;
        }

        var member = _members[gpu.Value];
        if (loads)
        {
            // What becomes ready together comes in any order: something that it holds may come in a moment.
            member.Nudged = true;
            NudgeOnceAllCameAsync(member).Ignore();
        }
        else
        {
            Nudge(member);
        }
    }

    private void Recall(Recall? recall)
    {
        if (recall is var (gpu, ticket, reason))
        {
            LogRecalled(ticket.Task, gpu, reason);
            Queue(gpu.Value).RecallAsync(ticket, reason).Ignore();
        }
    }

    private async Task NudgeOnceAllCameAsync(PoolMember member)
    {
        await _arrivals.EndAsync();
        Nudge(member);
    }

    // Who may have which ticket may be otherwise now.
    private void Nudge()
    {
        if (_scheduler.Count == 0)
        {
            return;
        }

        foreach (var member in _members.Values.Where(member => member.MayTakeMore))
        {
            Nudge(member);
        }
    }

    private void Nudge(PoolMember member)
    {
        member.Nudged = true;
        Queue(member.Registration.Id.Value).NudgeAsync().Ignore();
    }

    private IGpuQueueGrain Queue(string id) => grains.Queue(new GpuId(id));

    [LoggerMessage(2020, LogLevel.Information, "GPU {GpuId} is part of the fleet ({Origin}).")]
    private partial void LogKnown(GpuId gpuId, GpuOrigin origin);

    [LoggerMessage(2021, LogLevel.Information, "GPU {GpuId} is no longer part of the fleet.")]
    private partial void LogGone(GpuId gpuId);

    [LoggerMessage(2022, LogLevel.Information, "GPU {GpuId} is {Mode} now.")]
    private partial void LogMode(GpuId gpuId, GpuMode mode);

    [LoggerMessage(2025, LogLevel.Information, "{TaskKey} is asked back from GPU {GpuId}. {Reason}")]
    private partial void LogRecalled(TaskKey taskKey, GpuId gpuId, string reason);

    [LoggerMessage(2024, LogLevel.Warning, "What prompts and loads were seen to take could not be stored; it is stored again at the next look.")]
    private partial void LogCostsNotStored(Exception exception);

    [LoggerMessage(2023, LogLevel.Debug, "The queue of GPU {GpuId} did not answer; it is started again.")]
    private partial void LogSilent(Exception exception, GpuId gpuId);
}
