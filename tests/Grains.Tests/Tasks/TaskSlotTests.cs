using Continuity.Gpu;
using Continuity.Grains.Hosting;
using Continuity.Grains.Tasks;
using Continuity.Pipelines;
using Continuity.Tasks;

using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace Continuity.Grains.Tests.Tasks;

public sealed class TaskSlotTests
{
    private static readonly Uri Address = new("http://127.0.0.1:8188/");

    [Fact]
    public async Task ASlotIsConfirmedOnceAtATime()
    {
        var answer = new TaskCompletionSource<object?>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var grains = await ScriptedGrains.StartAsync((method, _) => method switch
        {
            nameof(IGpuQueueGrain.AdoptAsync) => Task.FromResult<object?>(new Lease(new GpuId("gpu"), 1, Address)),
            nameof(IGpuQueueGrain.ConfirmAsync) => answer.Task,
            _ => throw new NotSupportedException(method),
        });
        var services = new AttemptServices(null!, null!, null!, null!, null!, null!, new Persistently(TimeProvider.System), null!, null!, TimeProvider.System, null!);
        var slot = new TaskSlot(new TaskKey(new PipelineId("p"), "t"), services, grains.Grains, NullLogger<TaskGrain>.Instance);
        await slot.AdoptAsync(new AttemptRecord(1, DateTimeOffset.UnixEpoch, new GpuId("gpu"), Address), CancellationToken.None);

        Task[] both = [slot.ConfirmAsync(), slot.ConfirmAsync()];
        await grains.UntilAsync(nameof(IGpuQueueGrain.ConfirmAsync), 1);
        answer.SetResult(false);
        await Task.WhenAll(both);

        // Each that was told "not in the books" would have taken the slot up again: a second one on the GPU.
        Assert.Equal(1, grains.Count(nameof(IGpuQueueGrain.ConfirmAsync)));
        Assert.Equal(2, grains.Count(nameof(IGpuQueueGrain.AdoptAsync)));
        await slot.ConfirmAsync();
        Assert.Equal(2, grains.Count(nameof(IGpuQueueGrain.ConfirmAsync)));
    }

    [Fact]
    public async Task AWaitAsksAgainSoonAfterItBeganAndAfterADeathAndThenLessAndLessOften()
    {
        await using var grains = await ScriptedGrains.StartAsync((method, _) => Task.FromResult<object?>(method == nameof(IGpuPoolGrain.RequestAsync) ? new TicketAnswer("waits", Impossible: false) : null));
        var time = new ArmedTime();
        var services = new AttemptServices(null!, null!, null!, null!, null!, null!, new Persistently(time), null!, Options.Create(new ContinuityOptions()), time, null!);
        var key = new TaskKey(new PipelineId("p"), "t");
        var slot = new TaskSlot(key, services, grains.Grains, NullLogger<TaskGrain>.Instance);
        using var stop = new CancellationTokenSource();
        var waiting = slot.WaitAsync(new Ticket { Id = new TicketId(key, 1), ProfileId = "flux" }, _ => { }, stop.Token);

        foreach (var seconds in (int[])[3, 6, 12, 24, 30, 30])
        {
            Assert.Equal(TimeSpan.FromSeconds(seconds), await time.ArmedAsync());
            time.Advance(TimeSpan.FromSeconds(seconds));
        }

        Assert.Equal(TimeSpan.FromSeconds(30), await time.ArmedAsync());
        slot.AskAgain();
        Assert.Equal(TimeSpan.FromSeconds(3), await time.ArmedAsync());

        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }

    [Fact]
    public async Task ASlotThatIsStagedHasItsTurnWhenThatIsTold()
    {
        await using var grains = await ScriptedGrains.StartAsync((method, _) => Task.FromResult<object?>(method == nameof(IGpuPoolGrain.RequestAsync) ? new TicketAnswer("waits", Impossible: false) : true));
        var time = new FakeTimeProvider();
        var services = new AttemptServices(null!, null!, null!, null!, null!, null!, new Persistently(time), null!, Options.Create(new ContinuityOptions()), time, null!);
        var key = new TaskKey(new PipelineId("p"), "t");
        var ticket = new TicketId(key, 1);
        var slot = new TaskSlot(key, services, grains.Grains, NullLogger<TaskGrain>.Instance);
        var staged = new Lease(new GpuId("gpu"), 7, Address, IsStaged: true);
        var waiting = slot.WaitAsync(new Ticket { Id = ticket, ProfileId = "flux" }, _ => { }, CancellationToken.None);
        Assert.True(slot.TryGrant(ticket, staged));
        await waiting;

        slot.Turn(staged with { Epoch = 6 });
        Assert.Null(slot.TurnAt);
        time.Advance(TimeSpan.FromSeconds(5));
        slot.Turn(staged);
        var turn = time.GetSteadyNow();
        time.Advance(TimeSpan.FromSeconds(5));
        slot.Turn(staged);
        await slot.ReleaseAsync(new SlotOutcome(null, Executed: true));

        Assert.Equal((turn, turn + TimeSpan.FromSeconds(5)), (slot.TurnAt, slot.ReturnedAt));
        slot.Begin();
        Assert.Null(slot.TurnAt);
        Assert.Null(slot.ReturnedAt);
    }

    [Fact]
    public async Task AWaitAmongManyAsksNoMoreOftenThanThePoolWantsItAndGivesSignsOfLifeMeanwhile()
    {
        var answer = new TicketAnswer("waits", Impossible: false, AskAgainAfter: TimeSpan.FromSeconds(100));
        await using var grains = await ScriptedGrains.StartAsync((method, _) => Task.FromResult<object?>(method == nameof(IGpuPoolGrain.RequestAsync) ? answer : null));
        var time = new ArmedTime();
        var services = new AttemptServices(null!, null!, null!, null!, null!, null!, new Persistently(time), null!, Options.Create(new ContinuityOptions()), time, null!);
        var key = new TaskKey(new PipelineId("p"), "t");
        var slot = new TaskSlot(key, services, grains.Grains, NullLogger<TaskGrain>.Instance);
        using var stop = new CancellationTokenSource();
        var told = 0;
        var waiting = slot.WaitAsync(new Ticket { Id = new TicketId(key, 1), ProfileId = "flux" }, _ => told++, stop.Token);

        List<(int Seconds, int Asked, int Told)> seen = [];
        foreach (var seconds in (int[])[3, 30, 30, 30, 10, 30])
        {
            Assert.Equal(TimeSpan.FromSeconds(seconds), await time.ArmedAsync());
            seen.Add((seconds, grains.Count(nameof(IGpuPoolGrain.RequestAsync)), told));
            time.Advance(TimeSpan.FromSeconds(seconds));
        }

        Assert.Equal([(3, 1, 1), (30, 2, 2), (30, 2, 3), (30, 2, 4), (10, 2, 5), (30, 3, 6)], seen);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }
}
