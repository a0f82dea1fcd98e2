using Continuity.Engine.Faults;
using Continuity.Gpu;
using Continuity.Grains.Gpu;
using Continuity.Grains.Hosting;
using Continuity.Pipelines;
using Continuity.Tasks;

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Continuity.Grains.Tests.Gpu;

public sealed class SlotTableTests
{
    private static readonly Uri Address = new("http://127.0.0.1:8188");

    [Fact]
    public async Task ASlotThatItsTaskHadAndLostIsFreeAtOnce_OneOnItsWayIsNot()
    {
        await using var farm = await Farm.StartAsync(gpus: 0);
        var time = new FakeTimeProvider();
        var slots = new SlotTable(GpuId.FromAddress(Address), 1, farm.Services.GetRequiredService<FarmGrains>(), time, NullLogger.Instance);
        var (lost, onItsWay) = (Ticket("lost"), Ticket("on-its-way"));

        // Neither task's grain knows of a lease: they have just been made anew.
        slots.Taken(slots.Give(lost, "p", Address, stallAfter: null));
        slots.Give(onItsWay, "p", Address, stallAfter: null);
        await slots.DropAbandonedAsync();
        Assert.Equal(onItsWay, Assert.Single(slots.All).Ticket);

        time.Advance(SlotTable.Settling + TimeSpan.FromSeconds(1));
        await slots.DropAbandonedAsync();
        Assert.Empty(slots.All);
    }

    [Fact]
    public void ASlotBehindAnotherOneIsStaged()
    {
        var slots = new SlotTable(GpuId.FromAddress(Address), 1, null!, new FakeTimeProvider(), NullLogger.Instance);

        var first = slots.Give(Ticket("first"), "p", Address, stallAfter: null);
        Assert.False(first.IsStaged);
        Assert.True(slots.Give(Ticket("second"), "p", Address, stallAfter: null).IsStaged);
    }

    [Fact]
    public void TheSlotsStandInTheOrderOfTheirPromptsInTheQueue()
    {
        var slots = new SlotTable(GpuId.FromAddress(Address), 1, null!, new FakeTimeProvider(), NullLogger.Instance);
        var (first, second, third) = (Ticket("first"), Ticket("second"), Ticket("third"));
        var (one, two) = (slots.Give(first, "p", Address, stallAfter: null), slots.Give(second, "p", Address, stallAfter: null));
        slots.Give(third, "p", Address, stallAfter: null);
        Assert.Equal([first, second, third], slots.All.Select(slot => slot.Ticket));

        Assert.True(slots.Posted(second, two, 7));
        Assert.Equal([second, first, third], slots.All.Select(slot => slot.Ticket));
        Assert.False(slots.Posted(first, one, 8));
        Assert.Equal([second, first, third], slots.All.Select(slot => slot.Ticket));

        // An epoch of another life.
        Assert.False(slots.Posted(third, two, 1));
    }

    [Fact]
    public void OfPromptsThatWereThereBeforeTheOrderIsThatOfTheQueue()
    {
        var slots = new SlotTable(GpuId.FromAddress(Address), 1, null!, new FakeTimeProvider(), NullLogger.Instance);
        var (staged, runs) = (Ticket("staged"), Ticket("runs"));
        slots.Give(staged, profileId: null, Address, stallAfter: null);
        slots.Give(runs, profileId: null, Address, stallAfter: null);

        slots.Follow([
            new QueuedWork("a", Runs: true, new PromptOwner("farm", runs), Number: 11),
            new QueuedWork("b", Runs: false, null, Number: 12),
            new QueuedWork("c", Runs: false, new PromptOwner("farm", staged with { Attempt = 0 }), Number: 13),
        ]);

        Assert.Equal([runs, staged], slots.All.Select(slot => slot.Ticket));
    }

    private static TicketId Ticket(string task) => new(new TaskKey(new PipelineId("p1"), task), 1);
}
