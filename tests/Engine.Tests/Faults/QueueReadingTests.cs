using System.Collections.Immutable;

using Continuity.Engine.Faults;
using Continuity.Gpu;
using Continuity.Pipelines;
using Continuity.Tasks;

using CsCheck;

namespace Continuity.Engine.Tests.Faults;

public sealed class QueueReadingTests
{
    private const string Farm = "our-farm";

    private static readonly ImmutableHashSet<string> Nothing = [];

    private static readonly Gen<QueuedWork[]> Queues = Gen.Select(Gen.Int[0, 3], Gen.Int[0, 4], Gen.Int[1, 3])
        .Array[0, 8]
        .Select(parts => parts.Select((part, i) => part.Item1 switch
        {
            0 => new QueuedWork($"p{i}", i == 0, null),
            1 => new QueuedWork($"p{i}", i == 0, new PromptOwner("another-farm", Ticket(part.Item2, part.Item3))),
            _ => new QueuedWork($"p{i}", i == 0, new PromptOwner(Farm, Ticket(part.Item2, part.Item3))),
        }).ToArray());

    [Fact]
    public void WhatSlotsWereGivenToIsNeitherDoubtfulNorUnheld()
    {
        var queue = new[] { Own("p1", 1, 1), Own("p2", 2, 3) };

        Assert.Empty(QueueReading.Doubtful(queue, Farm, Holders((1, 1), (2, 3))));
        Assert.Null(QueueReading.Unheld(queue, Farm, Holders((1, 1), (2, 3)), Nothing).Reason);
    }

    [Fact]
    public void APromptThatALaterAttemptTookOverIsItsOwn()
    {
        var queue = new[] { Own("p1", 1, 1) };

        Assert.Single(QueueReading.Doubtful(queue, Farm, Holders((1, 2))));
        Assert.Empty(QueueReading.Unheld(queue, Farm, Holders((1, 2)), Nothing).Own);
        Assert.Single(QueueReading.Unheld(queue, Farm, Holders((1, 2)), Nothing.Add("p1")).Own);
    }

    [Fact]
    public void APromptOfAnotherFarmIsNeverDoubtful()
    {
        var queue = new[] { new QueuedWork("p1", true, new PromptOwner("another-farm", Ticket(1, 1))), new QueuedWork("p2", false, null) };

        Assert.Empty(QueueReading.Doubtful(queue, Farm, Holders()));
        Assert.Equal(2, QueueReading.Unheld(queue, Farm, Holders((1, 1)), Nothing).Foreign);
    }

    [Fact]
    public void OthersTakeUpOneSlotAtTheMostOnceTheyHaveBeenThereForLong()
    {
        var unheld = new UnheldWork([Own("p1", 1, 1)], 5);

        Assert.Equal((6, 2), (unheld.Slots(yielding: false), unheld.Slots(yielding: true)));
        Assert.Equal("busy with 5 prompts of others and 1 of an earlier run", unheld.Reason);
    }

    [Fact]
    public void Property_EveryPromptIsAccountedForOnce() => Gen.Select(Queues, Gen.Select(Gen.Int[0, 4], Gen.Int[1, 4]).Array[0, 3]).Sample((queue, slots) =>
    {
        var holders = Holders([.. slots]);
        var unheld = QueueReading.Unheld(queue, Farm, holders, Nothing);
        var own = queue.Count(work => work.Owner?.FarmId == Farm);

        Assert.Equal(queue.Length - own, unheld.Foreign);
        Assert.InRange(own - unheld.Own.Length, 0, own);
        Assert.All(unheld.Own, work => Assert.DoesNotContain(work.Owner!.Ticket, holders));
        Assert.All(unheld.Own, work => Assert.Contains(work, QueueReading.Doubtful(queue, Farm, holders)));
    });

    private static QueuedWork Own(string id, int task, int attempt) => new(id, false, new PromptOwner(Farm, Ticket(task, attempt)));

    private static TicketId Ticket(int task, int attempt) => new(new TaskKey(new PipelineId("p"), $"t{task}"), attempt);

    private static HashSet<TicketId> Holders(params (int Task, int Attempt)[] holders) => [.. holders.Select(holder => Ticket(holder.Task, holder.Attempt))];
}
