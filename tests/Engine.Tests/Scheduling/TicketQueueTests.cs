using System.Collections.Immutable;

using Continuity.Engine.Scheduling;
using Continuity.Gpu;
using Continuity.Pipelines;
using Continuity.Tasks;

using CsCheck;

namespace Continuity.Engine.Tests.Scheduling;

public sealed class TicketQueueTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void AHigherTierGoesFirstThenTheOneThatWaitsLonger()
    {
        var queue = new TicketQueue();
        queue.Add(Ticket("late", waits: 5));
        queue.Add(Ticket("early", waits: 1));
        queue.Add(Ticket("urgent", waits: 9, PipelinePriority.High));
        queue.Add(Ticket("idle", waits: 0, PipelinePriority.Low));
        var gpu = Gpu("a");

        string[] order = [.. Enumerable.Range(0, 4).Select(_ => queue.Take(gpu, [gpu])!.Id.Task.TaskId)];

        Assert.Equal(["urgent", "early", "late", "idle"], order);
    }

    [Fact]
    public void NothingIsStagedBehindARunningPromptWhileAnotherGpuIsIdle()
    {
        var queue = new TicketQueue();
        queue.Add(Ticket("one", 0));
        FleetGpu busy = Gpu("busy", used: 1), idle = Gpu("idle");

        Assert.Null(queue.Take(busy, [busy, idle]));
        Assert.Equal("one", queue.Take(idle, [busy, idle])!.Id.Task.TaskId);
    }

    [Fact]
    public void TheSecondTicketIsStagedWhenTheIdleGpuHasItsOwn()
    {
        var queue = new TicketQueue();
        queue.Add(Ticket("one", 0));
        queue.Add(Ticket("two", 1));
        FleetGpu busy = Gpu("busy", used: 1), idle = Gpu("idle");

        Assert.Equal("two", queue.Take(busy, [busy, idle])!.Id.Task.TaskId);
    }

    [Fact]
    public void AGpuThatLacksANodeOrFailedForGoodIsNeverChosen()
    {
        var queue = new TicketQueue();
        queue.Add(Ticket("t", 0) with { NodeClasses = ["KSampler"], ExcludedGpus = [new GpuExclusion(new GpuId("small"), FaultClass.OutOfMemory, "too small")] });
        FleetGpu small = Gpu("small"), bare = Gpu("bare") with { Capabilities = Nodes("SaveImage") }, able = Gpu("able") with { Capabilities = Nodes("KSampler", "SaveImage") };

        Assert.Null(queue.Take(small, [small, bare, able]));
        Assert.Null(queue.Take(bare, [small, bare, able]));
        Assert.NotNull(queue.Take(able, [small, bare, able]));
    }

    [Fact]
    public void AGpuThatFailedTheTaskIsChosenAgainOnlyWhenNoOtherIsToBeHad()
    {
        var queue = new TicketQueue();
        queue.Add(Ticket("t", 0) with { ExcludedGpus = [new GpuExclusion(new GpuId("a"), FaultClass.Node, "failed there")] });
        FleetGpu a = Gpu("a"), b = Gpu("b");

        Assert.Null(queue.Take(a, [a, b]));
        Assert.NotNull(queue.Take(a, [a, Gpu("b", GpuHealth.Unreachable)]));
    }

    [Fact]
    public void WhenNoGpuCanTheReasonNamesEachOfThem()
    {
        var ticket = Ticket("t", 0) with { NodeClasses = ["RIFE VFI"], ExcludedGpus = [new GpuExclusion(new GpuId("b"), FaultClass.Missing, "flux.safetensors is not in diffusion_models")] };

        var why = Eligibility.WhyImpossible(ticket, [Gpu("a") with { Capabilities = Nodes("KSampler") }, Gpu("b")]);

        Assert.Contains("a: its ComfyUI has no node 'RIFE VFI'", why, StringComparison.Ordinal);
        Assert.Contains("b: flux.safetensors is not in diffusion_models", why, StringComparison.Ordinal);
    }

    [Fact]
    public void TheReasonOfAWaitNamesWhatItWaitsFor()
    {
        var ticket = Ticket("t", 0);
        FleetGpu idle = Gpu("a"), busy = Gpu("b", used: 2), away = Gpu("c", GpuHealth.Unreachable, problem: "refused");

        Assert.Equal(Eligibility.AboutToStart, Eligibility.WhyWaiting(ticket, [idle, busy], 0));
        Assert.Equal("next; all 1 GPUs that can run it are busy", Eligibility.WhyWaiting(ticket, [busy], 0));
        Assert.Equal("3 ahead of it for 2 GPUs", Eligibility.WhyWaiting(ticket, [idle, busy], 3));
        Assert.Equal("no GPU answers: c is unreachable (refused)", Eligibility.WhyWaiting(ticket, [away], 0));
        Assert.Contains("no GPU is registered", Eligibility.WhyWaiting(ticket, [], 0), StringComparison.Ordinal);
    }

    [Fact]
    public void Property_EveryTicketIsGivenOutOnceAndNoneIsLost() => Gen.Int[0, 40].SelectMany(count => Gen.Int[0, 3].Array[count]).Sample(waits =>
    {
        var queue = new TicketQueue();
        for (var i = 0; i < waits.Length; i++)
        {
            queue.Add(Ticket($"t{i}", waits[i]));
            Assert.False(queue.Add(Ticket($"t{i}", waits[i])));
        }

        var fleet = ImmutableArray.Create(Gpu("a"), Gpu("b", used: 1));
        var given = new HashSet<string>(StringComparer.Ordinal);
        while (fleet.Select(gpu => queue.Take(gpu, fleet)).FirstOrDefault(ticket => ticket is not null) is { } ticket)
        {
            Assert.True(given.Add(ticket.Id.Task.TaskId));
        }

        Assert.Equal((waits.Length, 0), (given.Count, queue.Count));
    });

    private static FleetGpu Gpu(string id, GpuHealth health = GpuHealth.Healthy, int used = 0, string? problem = null) =>
        new(new GpuStatus { Id = new GpuId(id), Health = health, SlotsUsed = used, Problem = problem });

    private static GpuCapabilities Nodes(params string[] classes) => new() { Version = string.Join(',', classes), NodeClasses = [.. classes] };

    private static Ticket Ticket(string id, int waits, PipelinePriority priority = PipelinePriority.Normal) => new()
    {
        Id = new TicketId(new TaskKey(new PipelineId("p"), id), 1),
        ProfileId = "flux",
        Priority = priority,
        WaitingSince = Start.AddSeconds(waits),
    };
}
