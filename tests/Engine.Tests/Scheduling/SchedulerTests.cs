using System.Collections.Immutable;
using System.Globalization;

using Continuity.Artifacts;
using Continuity.Engine.Scheduling;
using Continuity.Engine.Scheduling.Costs;
using Continuity.Gpu;
using Continuity.Pipelines;
using Continuity.Tasks;

using CsCheck;

namespace Continuity.Engine.Tests.Scheduling;

public sealed partial class SchedulerTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly LearnedCosts _costs = new();
    private readonly Scheduler _scheduler;
    private int _order;

    public SchedulerTests() => _scheduler = new Scheduler(new SchedulerOptions { MaxDeferral = TimeSpan.FromMinutes(10) }, _costs, _ => 10);

    [Fact]
    public void AHigherTierGoesFirstThenTheOneThatWaitsLonger()
    {
        Tell("a");
        Add("late", waits: 50);
        Add("early", waits: 10);
        Add("urgent", waits: 90, priority: PipelinePriority.High);
        Add("idle", waits: 0, priority: PipelinePriority.Low);
        Assert.Equal(["urgent", "early", "late", "idle"], _scheduler.InOrder().Select(ticket => ticket.Id.Task.TaskId));

        string[] order = [.. Enumerable.Range(0, 4).Select(_ => Run("a", at: 10))];

        Assert.Equal(["urgent", "early", "late", "idle"], order);
    }

    [Fact]
    public void WhatIsLateForADeadlineGoesBeforeOthersOfItsPriorityAndAfterTheNextHigherOne()
    {
        Tell("a");
        Add("early", waits: 10);
        Add("urgent", waits: 90, priority: PipelinePriority.High);
        var late = Ticket("late", 50, "flux", "", "p", PipelinePriority.Normal, 1);
        Assert.True(_scheduler.Add(late));
        Assert.True(_scheduler.Add(late with { IsLate = true }));

        Assert.Equal(["urgent", "late", "early"], (string[])[Run("a", at: 100), Run("a", at: 100), Run("a", at: 100)]);
    }

    [Fact]
    public void ATicketThatComesAgainInAnotherTierMovesThereAndHasWaitedSinceItFirstCame()
    {
        Tell("a");
        Add("first");
        Add("second", waits: 10);
        Add("urgent", waits: 20, priority: PipelinePriority.High);
        Assert.False(_scheduler.Add(Ticket("second", 30, "flux", "", "p", PipelinePriority.Normal, 1)));

        Assert.True(_scheduler.Add(Ticket("second", 30, "flux", "", "p", PipelinePriority.High, 1)));

        Assert.Equal(3, _scheduler.Count);
        Assert.Equal(["second", "urgent", "first"], _scheduler.InOrder().Select(ticket => ticket.Id.Task.TaskId));
        Assert.Equal(Start.AddSeconds(10), _scheduler.InOrder().First().WaitingSince);
        Assert.Equal(["second", "urgent", "first"], (string[])[Run("a", at: 40), Run("a", at: 70), Run("a", at: 100)]);
    }

    [Fact]
    public void OfTasksThatBecameReadyTogetherTheEarlierOfThePipelineGoesFirst()
    {
        Tell("a");
        _scheduler.Add(Ticket("second", 1, "flux", "", "p", PipelinePriority.Normal, order: 2));
        _scheduler.Add(Ticket("first", 1, "flux", "", "p", PipelinePriority.Normal, order: 1) with { WaitingSince = Start.AddSeconds(1.3) });

        Assert.Equal("first", Run("a", at: 3));
    }

    [Fact]
    public void AGpuGoesOnWithWhatItHolds()
    {
        Tell("a");
        foreach (var task in (string[])["flux1", "wan1", "flux2", "wan2", "flux3"])
        {
            Add(task, model: task[..^1]);
        }

        string[] order = [.. Enumerable.Range(0, 5).Select(i => Run("a", at: i))];

        Assert.Equal(["flux1", "flux2", "flux3", "wan1", "wan2"], order);
    }

    [Fact]
    public void TheNextPromptIsStagedShortlyBeforeTheExecutingOneCanEnd()
    {
        Learn("flux", run: 60);
        Tell("a");
        Add("one");
        Add("two");
        Assert.Equal("one", Choose("a", 0).Ticket?.Id.Task.TaskId);
        Tell("a", used: 1);

        // It loads for 20 s first.
        var early = Choose("a", 1);
        Assert.Null(early.Ticket);
        Assert.InRange(early.AskAgainAt!.Value, Start.AddSeconds(60), Start.AddSeconds(77));

        Assert.Equal("two", _scheduler.Choose(new GpuId("a"), early.AskAgainAt.Value).Ticket?.Id.Task.TaskId);
    }

    [Fact]
    public void NothingIsStagedBehindAPromptOfWhichNobodyKnowsHowLongItTakes()
    {
        Tell("a");
        Tell("b", used: 2);
        Add("one");
        Add("two");
        Assert.NotNull(Choose("a", 0).Ticket);
        Tell("a", used: 1);
        Assert.Equal(default, Choose("a", 5));

        // With no other GPU nothing is lost by it.
        _scheduler.Forget(new GpuId("b"));
        Assert.NotNull(Choose("a", 5).Ticket);
    }

    [Fact]
    public void AGpuThatPeopleUseTooIsNotLeftToThem()
    {
        Tell("a", used: 1);
        Tell("b", used: 1);
        Add("one");

        Assert.NotNull(Choose("a", 0).Ticket);
    }

    [Fact]
    public void ASlowGpuDoesNotGetTheLastTicketThatAFastOneWouldFinishSooner()
    {
        Learn("flux", run: 10, gpu: "fast");
        Learn("flux", run: 80, gpu: "slow");
        Tell("fast");
        Tell("slow");
        Add("one");
        Add("two");
        Assert.NotNull(Choose("fast", 0).Ticket);
        Tell("fast", used: 1);

        Assert.Null(Choose("slow", 0).Ticket);
        foreach (var more in Enumerable.Range(0, 20))
        {
            Add($"more{more}");
        }

        Assert.NotNull(Choose("slow", 0).Ticket);
    }

    [Fact]
    public void AnIdleGpuLoadsOnlyWhatTheOneThatHoldsItWouldNotHaveDoneSooner()
    {
        Learn("flux", run: 10, load: 20);
        Tell("warm");
        Tell("cold");
        _scheduler.Holds(new GpuId("warm"), Files("flux"));
        Add("one");
        Add("two");
        Assert.NotNull(Choose("warm", 0).Ticket);
        Tell("warm", used: 1);

        // Done after 20 s there, and after 30 s here.
        Assert.Null(Choose("cold", 0).Ticket);
        Add("three");
        Add("four");
        Assert.NotNull(Choose("cold", 0).Ticket);
    }

    [Fact]
    public void TheIdleGpuThatHoldsTheModelIsToldOfATicket()
    {
        Tell("a");
        Tell("b");
        Tell("c", used: 2);
        _scheduler.Holds(new GpuId("b"), Files("flux"));
        var ticket = Add("one");

        Assert.Equal((new GpuId("b"), false), _scheduler.Taker(ticket, _ => false, Start));
        Assert.Equal((new GpuId("a"), true), _scheduler.Taker(ticket, gpu => gpu.Value == "b", Start));
        Assert.Null(_scheduler.Taker(ticket, gpu => gpu.Value is "a" or "b", Start));
    }

    [Fact]
    public void OfIdleGpusTheOneThatWasSentTheInputIsToldOfATicket()
    {
        var clip = new ArtifactRef(new string('c', 64), 100_000_000, "video/mp4");
        Learn("upscale", run: 10, gpu: "a");
        Learn("upscale", run: 10, gpu: "b");
        Tell("a");
        Tell("b");
        _scheduler.Holds(new GpuId("a"), Files("upscale"));
        _scheduler.Holds(new GpuId("b"), Files("upscale"));
        var first = Ticket("first", 0, "upscale", "", "p", PipelinePriority.Normal, 1) with { Inputs = [clip] };
        _scheduler.Add(first);
        Assert.Equal(first.Id, Choose("b", 0).Ticket?.Id);
        _scheduler.Ended(new GpuId("b"), first.Id, TimeSpan.FromSeconds(10), Start.AddSeconds(10));

        _scheduler.Add(Ticket("again", 20, "upscale", "", "p", PipelinePriority.Normal, 2) with { Inputs = [clip] });
        var other = Add("other", 20, "upscale");

        Assert.Equal(new GpuId("b"), _scheduler.Taker(new TicketId(first.Id.Task with { TaskId = "again" }, 1), _ => false, Start.AddSeconds(20))?.Gpu);
        Assert.Equal(new GpuId("a"), _scheduler.Taker(other, _ => false, Start.AddSeconds(20))?.Gpu);
    }

    [Fact]
    public void WithNothingLearnedAnotherModelGoesToTheIdleGpuThatWasNotGivenOneYet()
    {
        Tell("a");
        Tell("b");
        Add("one", model: "flux");
        Assert.Equal("one", Run("a", at: 0));
        var ticket = Add("two", model: "wan");

        Assert.Equal((new GpuId("b"), true), _scheduler.Taker(ticket, _ => false, Start));
        Assert.Equal("two", Run("b", at: 0));
    }

    [Theory]
    [InlineData(3, "upscale")]
    [InlineData(10, "video")]
    public void WhatItHoldsGoesFirstUnlessThatPassesOverMoreThanCanBeDoneInTime(int videos, string first)
    {
        Learn("wan", run: 60);
        Learn("esrgan", run: 20);
        Tell("a");
        _scheduler.Holds(new GpuId("a"), Files("esrgan"));
        for (var i = 0; i < videos; i++)
        {
            Add($"video{i}", model: "wan");
        }

        Add("upscale", waits: 60, model: "esrgan");

        Assert.StartsWith(first, Run("a", at: 0), StringComparison.Ordinal);
    }

    [Fact]
    public void OwnersOfATierGetEqualSharesHoweverMuchTheyAskFor()
    {
        Tell("a");
        for (var i = 0; i < 100; i++)
        {
            Add($"many{i}", owner: "many");
        }

        for (var i = 0; i < 10; i++)
        {
            Add($"few{i}", waits: 1, owner: "few", pipeline: "other");
        }

        var first = Enumerable.Range(0, 20).Select(i => Run("a", at: 30 * i)).ToList();

        Assert.Equal(10, first.Count(task => task.StartsWith("few", StringComparison.Ordinal)));
    }

    [Fact]
    public void PipelinesOfOneOwnerShareWhatItGets()
    {
        Tell("a");
        for (var i = 0; i < 20; i++)
        {
            Add($"first{i}", owner: "ann", pipeline: "first");
            Add($"second{i}", waits: 1, owner: "ann", pipeline: "second");
            Add($"bob{i}", waits: 2, owner: "bob", pipeline: "third");
        }

        var order = Enumerable.Range(0, 20).Select(i => Run("a", at: 30 * i)).ToList();

        Assert.Equal((5, 5, 10), (Begin("first"), Begin("second"), Begin("bob")));

        int Begin(string name) => order.Count(task => task.StartsWith(name, StringComparison.Ordinal));
    }

    [Fact]
    public void Property_NothingIsPassedOverForLongerThanTheBound() => Gen.Select(Gen.Int[1, 3], Gen.Int[0, 3].Array[20, 80]).Sample((gpus, models) =>
    {
        var test = new SchedulerTests();
        for (var model = 0; model < 4; model++)
        {
            test.Learn($"m{model}", run: 20, load: 30);
        }

        string[] names = [.. Enumerable.Range(0, gpus).Select(gpu => $"gpu{gpu}")];
        names.ToList().ForEach(name => test.Tell(name));
        for (var i = 0; i < models.Length; i++)
        {
            test.Add(i.ToString(CultureInfo.InvariantCulture), waits: 0, model: $"m{models[i]}");
        }

        // A prompt ends on one of the GPUs, which takes the next.
        List<(int Task, double At)> starts = [];
        for (var turn = 0; starts.Count < models.Length; turn++)
        {
            Assert.True(turn < 10 * models.Length, $"{starts.Count} of {models.Length} tickets were given out in {turn} turns");
            var at = turn * 50.0 / gpus;
            if (test.TryRun(names[turn % gpus], at) is { } task)
            {
                starts.Add((int.Parse(task, CultureInfo.InvariantCulture), at));
            }
        }

        Assert.Equal(models.Length, starts.Select(start => start.Task).Distinct().Count());
        for (var i = 0; i < starts.Count; i++)
        {
            var passes = starts.Take(i).Where(start => start.Task > starts[i].Task).Select(start => start.At).ToList();
            Assert.True(passes.Count == 0 || passes[^1] - passes[0] <= 600, $"task {starts[i].Task} was passed over from {passes.FirstOrDefault()} to {passes.LastOrDefault()} s");
        }
    });

    [Fact]
    public void Property_EveryTicketIsGivenOutOnceAndNoneIsLost() => Gen.Select(Gen.Int[0, 5].Array[0, 60], Gen.Int[1, 4]).Sample((models, gpus) =>
    {
        var test = new SchedulerTests();
        Enumerable.Range(0, gpus).ToList().ForEach(gpu => test.Tell($"gpu{gpu}"));
        for (var i = 0; i < models.Length; i++)
        {
            var id = test.Add($"t{i}", waits: i % 7, model: $"m{models[i]}", owner: $"o{i % 3}", pipeline: $"p{i % 5}");
            Assert.False(test._scheduler.Add(Ticket(id.Task.TaskId, i % 7, $"m{models[i]}", $"o{i % 3}", $"p{i % 5}", PipelinePriority.Normal, i)));
        }

        Assert.True(models.Length == 0 || test._scheduler.Remove(new TicketId(new TaskKey(new PipelineId("p0"), "t0"), 1)));
        var given = new HashSet<string>(StringComparer.Ordinal);
        for (var at = 0; test._scheduler.Count > 0; at++)
        {
            var before = given.Count;
            for (var gpu = 0; gpu < gpus; gpu++)
            {
                if (test._scheduler.Count > 0 && test.TryRun($"gpu{gpu}", at) is { } task)
                {
                    Assert.True(given.Add(task), $"{task} was given twice");
                }
            }

            Assert.True(given.Count > before, $"all {gpus} GPUs are idle, {test._scheduler.Count} tickets wait, and none is given out");
        }

        Assert.Equal(Math.Max(0, models.Length - 1), given.Count);
    });

    [Fact]
    public void AGpuThatLacksANodeOrFailedForGoodIsNeverChosen()
    {
        _scheduler.Tell(Gpu("small"), Start);
        _scheduler.Tell(Gpu("bare") with { Capabilities = Nodes("SaveImage") }, Start);
        _scheduler.Tell(Gpu("able") with { Capabilities = Nodes("KSampler", "SaveImage") }, Start);
        _scheduler.Add(Ticket("t", 0, "flux", "", "p", PipelinePriority.Normal, 0) with
        {
            NodeClasses = ["KSampler"],
            ExcludedGpus = [new GpuExclusion(new GpuId("small"), FaultClass.OutOfMemory, "too small")],
        });

        Assert.Null(Choose("small", 0).Ticket);
        Assert.Null(Choose("bare", 0).Ticket);
        Assert.NotNull(Choose("able", 0).Ticket);
    }

    [Fact]
    public void AGpuThatFailedTheTaskIsChosenAgainOnlyWhenNoOtherIsToBeHad()
    {
        Tell("a");
        Tell("b");
        _scheduler.Add(Ticket("t", 0, "flux", "", "p", PipelinePriority.Normal, 0) with { ExcludedGpus = [new GpuExclusion(new GpuId("a"), FaultClass.Node, "failed there")] });

        Assert.Null(Choose("a", 0).Ticket);
        _scheduler.Tell(Gpu("b", GpuHealth.Unreachable), Start);
        Assert.NotNull(Choose("a", 0).Ticket);
    }

    [Fact]
    public void WhatAGpuNoLongerHasIsNotWaitedFor()
    {
        Learn("flux", run: 60);
        Tell("a");
        Add("one");
        Add("two");
        Choose("a", 0);

        _scheduler.Keep(new GpuId("a"), [], Start.AddSeconds(1));
        Tell("a");

        Assert.Equal("two", Choose("a", 1).Ticket?.Id.Task.TaskId);
    }

    private TicketId Add(string task, int waits = 0, string model = "flux", string owner = "", string pipeline = "p", PipelinePriority priority = PipelinePriority.Normal)
    {
        var ticket = Ticket(task, waits, model, owner, pipeline, priority, _order++);
        Assert.True(_scheduler.Add(ticket));
        return ticket.Id;
    }

    private static Ticket Ticket(string task, int waits, string model, string owner, string pipeline, PipelinePriority priority, int order) => new()
    {
        Id = new TicketId(new TaskKey(new PipelineId(pipeline), task), 1),
        ProfileId = model,
        Models = Files(model),
        Priority = priority,
        Owner = owner,
        Order = order,
        WaitingSince = Start.AddSeconds(waits),
    };

    private static ImmutableArray<ModelFile> Files(string model) => [new ModelFile("UNETLoader", "unet_name", $"{model}.safetensors")];

    private static FleetGpu Gpu(string id, GpuHealth health = GpuHealth.Healthy, int used = 0) =>
        new(new GpuStatus { Id = new GpuId(id), Health = health, SlotsUsed = used }, new GpuCapabilities { Version = "1", VramTotal = 12_000_000_000 });

    private static GpuCapabilities Nodes(params string[] classes) => new() { Version = string.Join(',', classes), NodeClasses = [.. classes] };

    private void Tell(string gpu, int used = 0) => _scheduler.Tell(Gpu(gpu, used: used), Start);

    private Choice Choose(string gpu, double at) => _scheduler.Choose(new GpuId(gpu), Start.AddSeconds(at));

    private string Run(string gpu, double at) => TryRun(gpu, at) ?? throw new InvalidOperationException($"{gpu} gets nothing at {at} s; {_scheduler.Count} tickets wait.");

    // Takes a ticket and is done with it at once, as far as the scheduler is told.
    private string? TryRun(string gpu, double at)
    {
        var ticket = Choose(gpu, at).Ticket;
        if (ticket is not null)
        {
            _scheduler.Ended(new GpuId(gpu), ticket.Id, TimeSpan.FromSeconds(30), Start.AddSeconds(at));
        }

        return ticket?.Id.Task.TaskId;
    }

    private void Learn(string model, double run, double load = 20, string gpu = "a")
    {
        for (var i = 0; i < 8; i++)
        {
            _costs.Observe(new GpuId(gpu), model, [], run);
        }

        for (var i = 0; i < 8; i++)
        {
            _costs.Observe(new GpuId(gpu), model, Files(model), run + load);
        }
    }
}
