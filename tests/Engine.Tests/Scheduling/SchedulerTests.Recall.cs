using Continuity.Gpu;
using Continuity.Pipelines;

namespace Continuity.Engine.Tests.Scheduling;

public sealed partial class SchedulerTests
{
    [Fact]
    public void AnIdleGpuHasWhatIsStagedElsewhereTakenBackOnceItWouldBeDoneWithItSooner()
    {
        var staged = StageOn("a");
        Tell("b");

        // 60 s there after the 60 s of the one before it, against loading for 20 s here.
        Assert.Null(_scheduler.RecallFor(new GpuId("b"), Start.AddSeconds(58)));

        // The one before it takes longer than was thought, and will for as long again.
        Assert.Null(_scheduler.RecallFor(new GpuId("b"), Start.AddSeconds(75)));
        var recall = _scheduler.RecallFor(new GpuId("b"), Start.AddSeconds(90));
        Assert.Equal((new GpuId("a"), staged), (recall?.Gpu, recall?.Ticket));
        Assert.Contains("sooner", recall?.Reason, StringComparison.Ordinal);

        // Once is enough.
        Assert.Null(_scheduler.RecallFor(new GpuId("b"), Start.AddSeconds(120)));
    }

    [Fact]
    public void WhatExecutesOrHasToWaitForNothingIsNotTakenBack()
    {
        Learn("flux", run: 60);
        Tell("a");
        Add("one");
        Choose("a", 0);
        Tell("a", used: 1);
        Tell("b");

        Assert.Null(_scheduler.RecallFor(new GpuId("b"), Start.AddSeconds(600)));
    }

    [Fact]
    public void ABusyGpuOrOneThatCannotRunItTakesNothingBack()
    {
        StageOn("a");
        Tell("b", used: 1);
        _scheduler.Tell(new Continuity.Engine.Scheduling.FleetGpu(new GpuStatus { Id = new GpuId("c"), Health = GpuHealth.Quarantined }), Start);

        Assert.Null(_scheduler.RecallFor(new GpuId("b"), Start.AddSeconds(600)));
        Assert.Null(_scheduler.RecallFor(new GpuId("c"), Start.AddSeconds(600)));
    }

    [Fact]
    public void WhatIsStagedMakesRoomForAHigherTierWhereNoSlotIsFree()
    {
        var staged = StageOn("a");
        var same = Add("same", pipeline: "q");
        var own = Add("own", priority: PipelinePriority.High);
        var urgent = Add("urgent", pipeline: "q", priority: PipelinePriority.High);

        Assert.Null(_scheduler.RecallBefore(same, Start.AddSeconds(58)));
        Assert.Null(_scheduler.RecallBefore(own, Start.AddSeconds(58)));
        Assert.Equal(staged, _scheduler.RecallBefore(urgent, Start.AddSeconds(58))?.Ticket);
        Assert.Null(_scheduler.RecallBefore(urgent, Start.AddSeconds(58)));
    }

    [Fact]
    public void NothingMakesRoomWhileAnotherGpuHasASlotForIt()
    {
        StageOn("a");
        Tell("b", used: 1);
        var urgent = Add("urgent", pipeline: "q", priority: PipelinePriority.High);

        Assert.Null(_scheduler.RecallBefore(urgent, Start.AddSeconds(58)));
    }

    [Fact]
    public void NothingMakesRoomForATicketThatTheGpuWouldLeaveToOthers()
    {
        var staged = StageOn("a");
        Learn("wan", run: 20, load: 60, gpu: "a");
        Learn("wan", run: 20, load: 60, gpu: "b");
        Tell("b");
        _scheduler.Holds(new GpuId("b"), Files("wan"));
        foreach (var task in (string[])["h1", "h2"])
        {
            Add(task, model: "wan", pipeline: "q", priority: PipelinePriority.High);
        }

        Assert.NotNull(Choose("b", 50).Ticket);
        Tell("b", used: 1);
        Assert.NotNull(Choose("b", 68).Ticket);
        Tell("b", used: 2);
        var third = Add("h3", model: "wan", pipeline: "q", priority: PipelinePriority.High);

        // a would load for 60 s, b is free in 22 s and holds the files.
        Assert.Null(_scheduler.RecallBefore(third, Start.AddSeconds(68)));
        Assert.Equal(staged, _scheduler.RecallBefore(Add("urgent", pipeline: "q", priority: PipelinePriority.High), Start.AddSeconds(68))?.Ticket);
    }

    [Fact]
    public void AnIdleGpuDoesNotLeaveABacklogToOneThatTakesFarLongerThanItShould()
    {
        Learn("sdxl", run: 20, load: 60, gpu: "a");
        Learn("sdxl", run: 20, load: 60, gpu: "b");
        Tell("a");
        Tell("b");
        _scheduler.Holds(new GpuId("a"), Files("sdxl"));
        foreach (var task in (string[])["x1", "x2", "w1", "w2"])
        {
            Add(task, model: "sdxl");
        }

        Assert.NotNull(Choose("a", 0).Ticket);
        Tell("a", used: 1);
        Assert.NotNull(Choose("a", 18).Ticket);
        Tell("a", used: 2);

        // Done there by 80, and here by 101.
        Assert.Null(Choose("b", 21).Ticket);

        // It should have been free at 40.
        Assert.NotNull(Choose("b", 200).Ticket);
    }

    [Fact]
    public void AnIdleGpuHasOneTakenBackAtATime()
    {
        StageOn("a");
        Learn("flux", run: 60, gpu: "c");
        Tell("c");
        _scheduler.Holds(new GpuId("c"), Files("flux"));
        Add("three");
        Add("four");
        Assert.NotNull(Choose("c", 0).Ticket);
        Tell("c", used: 1);
        Assert.NotNull(Choose("c", 58).Ticket);
        Tell("c", used: 2);
        Tell("b");

        Assert.NotNull(_scheduler.RecallFor(new GpuId("b"), Start.AddSeconds(200)));
        Assert.Null(_scheduler.RecallFor(new GpuId("b"), Start.AddSeconds(205)));
    }

    // One executes since the start, the other is staged behind it.
    private TicketId StageOn(string gpu)
    {
        Learn("flux", run: 60, gpu: "a");
        Learn("flux", run: 60, gpu: "b");
        Tell(gpu);
        _scheduler.Holds(new GpuId(gpu), Files("flux"));
        Add("one");
        var staged = Add("two");
        Assert.NotNull(Choose(gpu, 0).Ticket);
        Tell(gpu, used: 1);
        Assert.Equal(staged, Choose(gpu, 58).Ticket?.Id);
        Tell(gpu, used: 2);
        return staged;
    }
}
