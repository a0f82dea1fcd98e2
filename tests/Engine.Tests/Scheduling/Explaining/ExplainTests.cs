using System.Collections.Immutable;
using System.Globalization;

using Continuity.Engine.Scheduling;
using Continuity.Engine.Scheduling.Costs;
using Continuity.Engine.Scheduling.Explaining;
using Continuity.Gpu;
using Continuity.Pipelines;
using Continuity.Tasks;

using CsCheck;

namespace Continuity.Engine.Tests.Scheduling.Explaining;

public sealed class ExplainTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly LearnedCosts _costs = new();
    private readonly Scheduler _scheduler;
    private int _order;

    public ExplainTests() => _scheduler = new Scheduler(new SchedulerOptions { MaxDeferral = TimeSpan.FromMinutes(10) }, _costs, _ => 10);

    [Fact]
    public void TheReasonInShortSaysWhatItWaitsFor()
    {
        var first = Add("first");
        Assert.Contains("no GPU is registered", Reason(first), StringComparison.Ordinal);

        Tell("c", GpuHealth.Unreachable, problem: "refused");
        Assert.Equal("no GPU answers: c is unreachable (refused)", Reason(first));

        Tell("c", mode: GpuMode.Paused);
        Assert.Equal("no GPU that can run it takes work: c is paused (continuity gpus resume c)", Reason(first));

        Tell("c", used: 2, busyWith: "busy with 2 prompts of others");
        Assert.Equal("next; the only GPU that can run it is busy (c is busy with 2 prompts of others)", Reason(first));

        Tell("b", used: 2);
        var second = Add("second", waits: 1);
        Assert.Equal("next; all 2 GPUs that can run it are busy (c is busy with 2 prompts of others)", Reason(first));
        Assert.Equal("1 ahead of it for 2 GPUs (c is busy with 2 prompts of others)", Reason(second));

        Tell("a");
        Assert.Equal(Eligibility.AboutToStart, Reason(first));

        Add("urgent", waits: 2, priority: PipelinePriority.High);
        Assert.Equal((1, 0), (Ask(first)!.AheadOfHigherPriority, Ask(first)!.AheadOfSamePriority));

        Assert.Null(_scheduler.Explain(new TicketId(new TaskKey(new PipelineId("p"), "nobody"), 1), Start));
    }

    [Fact]
    public void EveryGpuSaysWhyItDoesNotHaveIt()
    {
        Learn("flux", run: 60);
        _scheduler.Tell(Gpu("bare") with { Capabilities = new GpuCapabilities { Version = "bare", NodeClasses = ["SaveImage"] } }, Start);
        Tell("paused", mode: GpuMode.Paused);
        Tell("draining", mode: GpuMode.Draining);
        Tell("away", GpuHealth.Unreachable, problem: "refused");
        Tell("sick", GpuHealth.Quarantined, problem: "3 failures");
        Tell("new", GpuHealth.Unknown);
        Tell("failed");
        Tell("shared", used: 2, busyWith: "busy with 2 prompts of others");
        Tell("runs");
        Add("before");
        Assert.NotNull(_scheduler.Choose(new GpuId("runs"), Start).Ticket);
        Tell("runs", used: 1);
        var ticket = Add("t", change: ticket => ticket with
        {
            NodeClasses = ["KSampler"],
            ExcludedGpus = [new GpuExclusion(new GpuId("failed"), FaultClass.Node, "a node failed")],
        });

        var refusals = Ask(ticket)!.Gpus.ToDictionary(refusal => refusal.Gpu.Value);

        Assert.Equal((GpuRefusalKind.Lacks, "its ComfyUI has no node 'KSampler' (install the custom node pack that provides it)"), Of("bare"));
        Assert.Equal((GpuRefusalKind.Paused, "is paused (continuity gpus resume paused)"), Of("paused"));
        Assert.Equal((GpuRefusalKind.Draining, "is drained (continuity gpus resume draining)"), Of("draining"));
        Assert.Equal((GpuRefusalKind.Unreachable, "is unreachable (refused)"), Of("away"));
        Assert.Equal((GpuRefusalKind.Quarantined, "is quarantined (3 failures)"), Of("sick"));
        Assert.Equal((GpuRefusalKind.Unknown, "has not been looked at yet"), Of("new"));
        Assert.Equal((GpuRefusalKind.FailedThere, "is kept free of it, as it failed there: a node failed; would load flux.safetensors (about 20 s)"), Of("failed"));
        Assert.Equal((GpuRefusalKind.Busy, "is busy with 2 prompts of others; would load flux.safetensors (about 20 s); expected to take it"), Of("shared"));
        Assert.Equal((GpuRefusalKind.Busy, "runs p/before, for about 80 s more; holds its models"), Of("runs"));
        Assert.Equal("flux.safetensors", Assert.Single(refusals["shared"].Loads));
        Assert.Equal(TimeSpan.FromSeconds(20), refusals["shared"].LoadTime);
        Assert.Equal(Start.AddSeconds(80), refusals["runs"].FreeAt!.Value, TimeSpan.FromSeconds(0.5));

        (GpuRefusalKind Kind, string Reason) Of(string gpu) => (refusals[gpu].Kind, refusals[gpu].Reason);
    }

    [Fact]
    public void AGpuThatCouldTakeItSaysWhatGoesFirst()
    {
        Learn("flux", run: 20);
        Tell("a");
        _scheduler.Holds(new GpuId("a"), Files("flux"));
        var first = Add("first");
        Assert.Equal((GpuRefusalKind.Next, "takes it next; holds its models"), Turn(first));

        var second = Add("second", waits: 1);
        Assert.Equal((GpuRefusalKind.OthersFirst, "takes others first: 1 ticket waited longer; holds its models"), Turn(second));

        var other = Add("other", model: "wan");
        Assert.Equal((GpuRefusalKind.OthersFirst, "goes on first with tickets whose models it holds; would load wan.safetensors (about 25 s)"), Turn(other));

        Add("high", priority: PipelinePriority.High);
        Assert.Equal((GpuRefusalKind.HigherPriority, "takes tickets of a higher priority, or late for a deadline, first; holds its models"), Turn(second));

        (GpuRefusalKind Kind, string Reason) Turn(TicketId id) => (Ask(id)!.Gpus[0].Kind, Ask(id)!.Gpus[0].Reason);
    }

    [Fact]
    public void WhoGotMoreOfTheGpusIsToldSo()
    {
        Learn("flux", run: 20);
        Tell("a");
        _scheduler.Holds(new GpuId("a"), Files("flux"));
        Add("other", pipeline: "q", owner: "bob");
        Add("one", owner: "ann");
        Add("two", owner: "ann");
        var mine = Add("three", waits: 5, owner: "ann");
        Add("another", pipeline: "q", owner: "bob", waits: 7);

        // What ann got took ten times as long as thought.
        for (var i = 0; i < 2; i++)
        {
            var taken = _scheduler.Choose(new GpuId("a"), Start).Ticket!;
            _scheduler.Ended(new GpuId("a"), taken.Id, TimeSpan.FromSeconds(taken.Owner == "ann" ? 200 : 20), Start);
        }

        Assert.Equal(GpuRefusalKind.FairShare, Ask(mine)!.Gpus[0].Kind);
    }

    [Fact]
    public void ASlowGpuIsSaidToBeLeftOutForTheFastOne()
    {
        Learn("flux", run: 10, gpu: "fast");
        Learn("flux", run: 80, gpu: "slow");
        Tell("fast");
        Tell("slow");
        Add("one");
        var two = Add("two");
        Assert.NotNull(_scheduler.Choose(new GpuId("fast"), Start).Ticket);
        Tell("fast", used: 1);

        var answer = Ask(two)!;

        Assert.Equal((GpuRefusalKind.LeftToOthers, "is left out: fast is expected to be done with it sooner; would load flux.safetensors (about 20 s)"), (answer.Gpus[1].Kind, answer.Gpus[1].Reason));
        Assert.Equal(new GpuId("fast"), answer.ExpectedGpu);
        Assert.Equal("next; left to fast, which is expected to be done with it sooner than a GPU that is idle", answer.Reason);
        Assert.Equal(Start.AddSeconds(30), answer.ExpectedStart!.Value, TimeSpan.FromSeconds(0.5));
    }

    [Fact]
    public void TheExpectedStartCountsWhatRunsAndWhatGoesBefore()
    {
        Learn("flux", run: 10);
        Tell("a");
        _scheduler.Holds(new GpuId("a"), Files("flux"));
        Add("runs");
        Assert.NotNull(_scheduler.Choose(new GpuId("a"), Start).Ticket);
        Tell("a", used: 1);
        string[] names = ["one", "two", "three", "four"];
        TicketId[] waiting = [.. names.Select(name => Add(name))];

        double[] starts = [.. waiting.Select(id => (Ask(id, at: 4)!.ExpectedStart!.Value - Start).TotalSeconds)];

        Assert.Equal([10, 20, 30, 40], starts.Select(at => Math.Round(at)));
    }

    [Fact]
    public void TheExpectedStartOfAHigherTierComesFirst()
    {
        Learn("flux", run: 10);
        Tell("a");
        _scheduler.Holds(new GpuId("a"), Files("flux"));
        Enumerable.Range(0, 10).ToList().ForEach(i => Add($"normal{i}"));
        var low = Add("low", priority: PipelinePriority.Low);
        var high = Add("high", waits: 9, priority: PipelinePriority.High);

        Assert.Equal((0, 110), (Seconds(high), Seconds(low)));

        double Seconds(TicketId id) => Math.Round((Ask(id)!.ExpectedStart!.Value - Start).TotalSeconds);
    }

    [Fact]
    public void AnOwnerThatComesLateIsNotExpectedToWaitForAllThatWaits()
    {
        Learn("flux", run: 10);
        Tell("a");
        _scheduler.Holds(new GpuId("a"), Files("flux"));
        Enumerable.Range(0, 1000).ToList().ForEach(i => Add($"many{i}", owner: "ann"));
        var mine = Add("mine", waits: 60, owner: "bob", pipeline: "q");

        var answer = Ask(mine)!;

        Assert.Equal(1000, answer.AheadOfSamePriority);
        Assert.InRange((answer.ExpectedStart!.Value - Start).TotalSeconds, 0, 11);
    }

    [Fact]
    public void WhatWasPassedOverSaysSinceWhenAndUntilWhen()
    {
        Learn("flux", run: 20);
        Learn("wan", run: 20);
        Tell("a");
        _scheduler.Holds(new GpuId("a"), Files("wan"));
        var old = Add("old", model: "flux");
        Add("young", waits: 5, model: "wan");
        Assert.Null(Ask(old)!.PassedOverSince);

        Assert.Equal("young", _scheduler.Choose(new GpuId("a"), Start.AddSeconds(7)).Ticket?.Id.Task.TaskId);

        var answer = Ask(old, at: 9)!;
        Assert.Equal((Start.AddSeconds(7), Start.AddSeconds(607)), (answer.PassedOverSince, answer.PassedOverUntil));
    }

    [Fact]
    public void Property_PlacesAreThoseOfTheOrderAndEveryGpuHasOneReason() => Pools.Sample(pool =>
    {
        var test = pool.Build();
        var order = test._scheduler.InOrder().ToList();
        var able = pool.Gpus.Any(gpu => gpu is { Health: GpuHealth.Healthy, Mode: GpuMode.Active });
        Assert.Equal(order.OrderByDescending(ticket => ticket.Priority).ThenBy(ticket => ticket.WaitingSince).ThenBy(ticket => ticket.Order).Select(ticket => ticket.Id), order.Select(ticket => ticket.Id));
        for (var place = 0; place < order.Count; place++)
        {
            var answer = test._scheduler.Explain(order[place].Id, Start.AddSeconds(pool.At))!;

            Assert.Equal((place, order.Count(ticket => ticket.Priority > order[place].Priority)), (answer.Ahead, answer.AheadOfHigherPriority));
            Assert.Equal(Enumerable.Range(0, pool.Gpus.Length).Select(i => $"g{i}"), answer.Gpus.Select(gpu => gpu.Gpu.Value));
            Assert.All(answer.Gpus, gpu => Assert.False(string.IsNullOrWhiteSpace(gpu.Reason)));
            Assert.Equal(able, answer.ExpectedStart is not null);
            Assert.True(answer.ExpectedStart is null || answer.ExpectedStart >= Start.AddSeconds(pool.At), $"{answer.ExpectedStart} is in the past");
            Assert.True(answer.ExpectedGpu is not { } expected || pool.Gpus[int.Parse(expected.Value[1..], CultureInfo.InvariantCulture)] is { Health: GpuHealth.Healthy, Mode: GpuMode.Active });
            var brief = test._scheduler.ExplainBriefly(order[place].Id, Start.AddSeconds(pool.At))!;
            Assert.Equal((answer.Reason, answer.ExpectedStart, answer.ExpectedGpu), (brief.Reason, brief.ExpectedStart, brief.ExpectedGpu));
        }
    });

    [Fact]
    public void Property_AskingChangesNothing() => Pools.Sample(pool =>
    {
        var (asked, other) = (pool.Build(), pool.Build());
        for (var turn = 0; turn < 40; turn++)
        {
            foreach (var ticket in asked._scheduler.InOrder().ToList())
            {
                asked._scheduler.Explain(ticket.Id, Start.AddSeconds(pool.At + turn));
            }

            var gpu = new GpuId($"g{turn % pool.Gpus.Length}");
            var (one, two) = (asked._scheduler.Choose(gpu, Start.AddSeconds(pool.At + turn)), other._scheduler.Choose(gpu, Start.AddSeconds(pool.At + turn)));
            Assert.Equal((two.Ticket?.Id, two.AskAgainAt), (one.Ticket?.Id, one.AskAgainAt));
            if (one.Ticket is { } given)
            {
                asked._scheduler.Ended(gpu, given.Id, TimeSpan.FromSeconds(10 + turn), Start.AddSeconds(pool.At + turn));
                other._scheduler.Ended(gpu, given.Id, TimeSpan.FromSeconds(10 + turn), Start.AddSeconds(pool.At + turn));
            }
        }
    });

    /// <summary>Plays a pool through, and compares when tickets started with what was said at the beginning.</summary>
    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(4, 1, 1)]
    [InlineData(4, 3, 1)]
    [InlineData(3, 1, 6)]
    [InlineData(3, 2, 4)]
    public void ExpectedStartsAreAboutWhatComes(int gpus, int owners, int pipelines)
    {
        const double Run = 10;
        Learn("flux", run: Run, load: 0);
        Enumerable.Range(0, gpus).ToList().ForEach(gpu => Tell($"g{gpu}"));
        for (var i = 0; i < 120; i++)
        {
            // One owner wants much more than the others.
            var owner = i % 3 == 0 ? i / 3 % owners : 0;
            Add($"t{i}", waits: i, owner: $"o{owner}", pipeline: $"o{owner}p{i % pipelines}");
        }

        var expected = _scheduler.InOrder().ToDictionary(ticket => ticket.Id, ticket => (Ask(ticket.Id, at: 200)!.ExpectedStart!.Value - Start).TotalSeconds);

        var errors = new List<double>();
        for (var at = 200.0; _scheduler.Count > 0; at += Run)
        {
            for (var gpu = 0; gpu < gpus && _scheduler.Choose(new GpuId($"g{gpu}"), Start.AddSeconds(at)).Ticket is { } ticket; gpu++)
            {
                errors.Add(Math.Abs(at - expected[ticket.Id]));
                _scheduler.Ended(new GpuId($"g{gpu}"), ticket.Id, TimeSpan.FromSeconds(Run), Start.AddSeconds(at + Run));
            }
        }

        Assert.Equal(120, errors.Count);
        Assert.True(errors.Average() < 1.5 * Run, $"off by {errors.Average():0.0} s on the average, {errors.Max():0.0} s at the most");
    }

    /// <summary>What is allocated tells whether an answer goes through all that waits.</summary>
    [Fact]
    public void AnAnswerInShortDoesNotGoThroughAllThatWaits()
    {
        for (var gpu = 0; gpu < 100; gpu++)
        {
            Tell($"g{gpu:000}", used: 2);
        }

        TicketId[] ids = [.. Enumerable.Range(0, 20_000).Select(i => Add($"t{i}", waits: i / 10, model: $"m{i % 20}", owner: $"o{i % 7}", pipeline: $"p{i % 400}"))];
        Ask(ids[0]);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
        {
            Assert.NotNull(_scheduler.ExplainBriefly(ids[i * 199], Start.AddMilliseconds(i)));
        }

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100 * 4096);
    }

    [Theory]
    [InlineData(0.4, "a moment")]
    [InlineData(7.6, "about 8 s")]
    [InlineData(41, "about 40 s")]
    [InlineData(100, "about 2 min")]
    [InlineData(7200, "about 2 h")]
    [InlineData(300_000, "about 3 days")]
    public void ATimeOfWhichOnlyTheSizeIsKnownIsToldCoarsely(double seconds, string expected) => Assert.Equal(expected, About.Of(TimeSpan.FromSeconds(seconds)));

    private static Gen<Pool> Pools => Gen.Select(
        Gen.Select(Gen.Int[0, 3], Gen.Int[0, 2], Gen.Int[0, 2], Gen.Bool).Array[1, 5],
        Gen.Select(Gen.Int[0, 2], Gen.Int[0, 3], Gen.Int[0, 2], Gen.Int[0, 20]).Array[0, 30],
        Gen.Int[20, 200]).Select((gpus, tickets, at) => new Pool(
            [.. gpus.Select(gpu => new GpuStatus { Id = default, Health = (GpuHealth)gpu.Item1, Mode = (GpuMode)gpu.Item2, SlotsUsed = gpu.Item3, BusyWith = gpu.Item4 ? "busy with others" : null })],
            [.. tickets],
            at));

    private TicketId Add(
        string task,
        int waits = 0,
        string model = "flux",
        string owner = "",
        string pipeline = "p",
        PipelinePriority priority = PipelinePriority.Normal,
        Func<Ticket, Ticket>? change = null)
    {
        var ticket = new Ticket
        {
            Id = new TicketId(new TaskKey(new PipelineId(pipeline), task), 1),
            ProfileId = model,
            Models = Files(model),
            Priority = priority,
            Owner = owner,
            Order = _order++,
            WaitingSince = Start.AddSeconds(waits),
        };
        Assert.True(_scheduler.Add(change is null ? ticket : change(ticket)));
        return ticket.Id;
    }

    private static ImmutableArray<ModelFile> Files(string model) => [new ModelFile("UNETLoader", "unet_name", $"{model}.safetensors")];

    private static FleetGpu Gpu(string id) => new(new GpuStatus { Id = new GpuId(id), Health = GpuHealth.Healthy }, new GpuCapabilities { Version = "1", VramTotal = 12_000_000_000 });

    private void Tell(string id, GpuHealth health = GpuHealth.Healthy, GpuMode mode = GpuMode.Active, int used = 0, string? problem = null, string? busyWith = null)
    {
        var gpu = Gpu(id);
        _scheduler.Tell(gpu with { Status = gpu.Status with { Health = health, Mode = mode, SlotsUsed = used, Problem = problem, BusyWith = busyWith } }, Start);
    }

    private TicketWait? Ask(TicketId id, double at = 0) => _scheduler.Explain(id, Start.AddSeconds(at));

    private string Reason(TicketId id) => Ask(id)!.Reason;

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

    /// <summary>GPUs in any state, and tickets of any owner, model and tier.</summary>
    private sealed record Pool(ImmutableArray<GpuStatus> Gpus, ImmutableArray<(int Priority, int Model, int Owner, int Waits)> Tickets, int At)
    {
        public ExplainTests Build()
        {
            var test = new ExplainTests();
            test.Learn("m0", run: 10);
            test.Learn("m1", run: 40, gpu: "g1");
            for (var i = 0; i < Gpus.Length; i++)
            {
                test.Tell($"g{i}", Gpus[i].Health, Gpus[i].Mode, Gpus[i].SlotsUsed, busyWith: Gpus[i].BusyWith);
            }

            for (var i = 0; i < Tickets.Length; i++)
            {
                test.Add($"t{i}", Tickets[i].Waits, $"m{Tickets[i].Model}", $"o{Tickets[i].Owner}", $"p{Tickets[i].Owner}", (PipelinePriority)Tickets[i].Priority);
            }

            return test;
        }
    }
}
