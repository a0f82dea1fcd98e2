using System.Collections.Immutable;
using System.Globalization;

using Continuity.Engine.Forecasts;
using Continuity.Engine.Tests.Pipelines;
using Continuity.Gpu;
using Continuity.Pipelines;
using Continuity.Tasks;

using CsCheck;

namespace Continuity.Engine.Tests.Forecasts;

public sealed class ForecasterTests
{
    private const int Runs = 100;

    private static readonly VirtualFarm.Work[] Film =
    [
        new("keyframe", 12, 0.1, [new ModelFile("CheckpointLoaderSimple", "ckpt_name", "a.safetensors")]),
        new("video", 90, 0.2, [new ModelFile("UNETLoader", "unet_name", "b.safetensors")]),
        new("upscale", 30, 0.15, [new ModelFile("UpscaleModelLoader", "model_name", "c.pth")]),
    ];

    private static readonly VirtualFarm.Work[] Light = [.. Film.Select(work => work with { Models = [] })];

    /// <summary>Shots, GPUs by speed, samples of each work on each GPU, tasks done when the forecast is made.</summary>
    public static TheoryData<string, int, double[], int, int> Cases => new()
    {
        { "a film on two GPUs, at its start", 12, [1, 1], 4, 0 },
        { "a film on two GPUs, in its middle", 12, [1, 1], 4, 18 },
        { "a film on five GPUs of three speeds", 20, [1, 1, 1, 1.6, 0.6], 4, 0 },
        { "shots of a chain on four GPUs", -8, [1, 1, 1, 1], 10, 0 },
        { "one GPU", 6, [1], 4, 3 },
        { "two samples of each work", 12, [1, 1], 2, 0 },
        { "the last prompts", 8, [1, 1, 1], 4, 21 },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Forecast_OfManyRuns_IsAsOftenTooLongAsTooShortAndSeldomFarTooShort(string name, int shots, double[] speeds, int samples, int done)
    {
        var (below50, below90, error) = Compare(shots, speeds, samples, done, rivals: 0);

        var found = string.Create(CultureInfo.InvariantCulture, $"{name}: {below50} of {Runs} ended before the p50, {below90} before the p90; off by {error:P1} on the average.");
        Assert.True(below50 is >= Runs * 35 / 100 and <= Runs * 65 / 100, found);
        Assert.True(below90 >= Runs * 80 / 100, found);
    }

    [Fact]
    public void Forecast_WhileAnotherPipelineHasAsMuchOfTheGpus_CountsThatIn()
    {
        var (_, _, error) = Compare(12, [1, 1], 4, 0, rivals: 400);

        // Alone it would be done in half of the time.
        Assert.InRange(error, -0.15, 0.15);
    }

    [Fact]
    public void Forecast_IsTheSameEveryTime()
    {
        var farm = new VirtualFarm(1, Film, [1, 1], 4, Shots(8, isChain: false));
        farm.RunUntil(5);

        Assert.Equal(farm.Forecast().P90, farm.Forecast().P90);
    }

    [Fact]
    public void Forecast_NothingWasEverMeasured_IsRoughAndWide()
    {
        var rough = new VirtualFarm(1, Film, [1, 1], 0, Shots(8, isChain: false)).Forecast();
        var known = new VirtualFarm(1, Film, [1, 1], 8, Shots(8, isChain: false)).Forecast();

        Assert.True(rough.Forecast.IsRough);
        Assert.All(rough.Forecast.Stages, stage => Assert.True(stage.IsRough));
        Assert.True(rough.P90 / rough.P50 > 1.2, $"{rough}");
        Assert.InRange(known.P90 / known.P50, 1, 1.2);
    }

    [Fact]
    public void Property_WhatDependsOnATaskEndsAfterItAndNothingAfterThePipeline() =>
        Gen.Select(RandomHistories.Definitions, Gen.Double[1, 100].Array[4], Gen.Int[0, 5], Gen.Int[1, 4]).Sample((definition, means, samples, gpus) =>
        {
            TaskView[] tasks = [.. definition.Tasks.Select(task => View(task with { ProfileId = "p" }))];
            var works = means.Select((_, i) => new GpuWork($"w{i}", new GpuNeeds([], [], 0))).ToImmutableArray();
            var workOf = tasks.Select((task, i) => (task.Definition.Id, i % works.Length)).ToDictionary(pair => pair.Id, pair => pair.Item2);
            var costs = Costs(gpus, [.. means.Select(mean => new ExpectedTime(0, mean, mean / 10, samples, 0))]);

            var forecast = Forecaster.Forecast(PipelineStatus.Active, tasks, workOf, works, costs, RandomHistories.Start);

            Assert.Equal(tasks.Length, forecast.Tasks.Length);
            var ends = forecast.Tasks.ToDictionary(task => task.TaskId, task => task.End);
            Assert.All(forecast.Tasks, task => Assert.True(task.End.P90 >= task.End.P50 && task.End.P50 > TimeSpan.Zero && task.End.P50 <= forecast.End!.Value.P50, $"{task} {forecast.End}"));
            Assert.All(definition.Tasks, task => Assert.All(task.Dependencies, id => Assert.True(ends[id].P50 < ends[task.Id].P50, $"{task.Id} after {id}")));
            Assert.Equal(tasks.Length, forecast.Stages.Sum(stage => stage.Left));
        });

    [Fact]
    public void Forecast_WhereNoEndCanBeTold_SaysWhy()
    {
        TaskView[] tasks = [View(new TaskDefinition { Id = "t", Kind = TaskKind.Generic, Label = "T", ProfileId = "p" })];
        var workOf = new Dictionary<string, int> { ["t"] = 0 };
        ImmutableArray<GpuWork> works = [new GpuWork("w", new GpuNeeds([], [], 0))];

        Assert.Equal((null, "no GPU works now"), Of(PipelineStatus.Active, Costs(0, [])));
        Assert.Equal((null, "no GPU that works now can run all of what is left"), Of(PipelineStatus.Active, Costs(2, [null])));
        Assert.Equal((null, "the pipeline is paused"), Of(PipelineStatus.Paused, Costs(1, [new ExpectedTime(0, 1, 0, 1, 0)])));
        Assert.Equal((null, "the pipeline is at an end"), Of(PipelineStatus.Failed, Costs(1, [new ExpectedTime(0, 1, 0, 1, 0)])));

        (TimeLeft?, string?) Of(PipelineStatus status, FleetCosts costs)
        {
            var forecast = Forecaster.Forecast(status, tasks, workOf, works, costs, RandomHistories.Start);
            return (forecast.End, forecast.WhyNot);
        }
    }

    [Fact]
    public void Forecast_ManySlowGpusAreIdleToo_TakesTheFastOnes()
    {
        TaskView[] tasks = [.. Enumerable.Range(0, 3).Select(i => View(new TaskDefinition { Id = $"t{i}", Kind = TaskKind.Generic, Label = "T", ProfileId = "p" }))];
        var slow = Costs(20, [new ExpectedTime(0, 100, 0.1, 9, 0)]).Gpus;
        var fast = Costs(5, [new ExpectedTime(0, 10, 0.1, 9, 0)]).Gpus;

        var forecast = Forecaster.Forecast(
            PipelineStatus.Active,
            tasks,
            tasks.ToDictionary(task => task.Definition.Id, _ => 0),
            [new GpuWork("w", new GpuNeeds([], [], 0))],
            new FleetCosts([.. slow, .. fast], new OthersWaiting(0, 0, 0, 0), new PipelineId("p")),
            RandomHistories.Start);

        Assert.InRange(forecast.End?.P50.TotalSeconds ?? 0, 9, 12);
    }

    [Fact]
    public void Forecast_OfARunningPrompt_TakesOffWhatIsDoneOfIt()
    {
        var task = new TaskDefinition { Id = "t", Kind = TaskKind.Generic, Label = "T", ProfileId = "p" };
        TaskView[] tasks = [View(task) with { Row = new TaskRow { TaskId = "t", State = TaskState.Running, Attempts = 1 } }];
        var takes = new ExpectedTime(20, 100, 0.1, 9, 20);
        var gpu = Costs(1, [takes]).Gpus[0] with { Given = [new GivenPrompt(new TicketId(new TaskKey(new PipelineId("p"), "t"), 1), takes)], Since = 90 };

        var forecast = Forecaster.Forecast(
            PipelineStatus.Active,
            tasks,
            new Dictionary<string, int> { ["t"] = 0 },
            [new GpuWork("w", new GpuNeeds([], [], 0))],
            new FleetCosts([gpu], new OthersWaiting(0, 0, 0, 0), new PipelineId("p")),
            RandomHistories.Start);

        Assert.InRange(forecast.End!.Value.P50.TotalSeconds, 25, 35);
    }

    private static (int Below50, int Below90, double Error) Compare(int shots, double[] speeds, int samples, int done, int rivals)
    {
        var (below50, below90, error) = (0, 0, 0.0);
        for (var seed = 0; seed < Runs; seed++)
        {
            var farm = new VirtualFarm(seed, shots < 0 ? Light : Film, speeds, samples, Shots(Math.Abs(shots), isChain: shots < 0), rivals);
            farm.RunUntil(done);
            var (p50, p90, forecast) = farm.Forecast();
            var end = farm.RunToEnd();
            below50 += end <= p50 ? 1 : 0;
            below90 += end <= p90 ? 1 : 0;
            error += (p50 - end) / end / Runs;
            Assert.False(forecast.IsRough);
        }

        return (below50, below90, error);
    }

    private static TaskView View(TaskDefinition task) => new() { Definition = task, Row = new TaskRow { TaskId = task.Id } };

    private static FleetCosts Costs(int gpus, ImmutableArray<ExpectedTime?> works) => new(
        [.. Enumerable.Range(0, gpus).Select(gpu => new GpuCosts(new GpuId($"g{gpu}"), works, [], 0, 24))], new OthersWaiting(0, 0, 0, 0), new PipelineId("p"));

    private static (string Id, int Work, string[] After)[] Shots(int count, bool isChain) =>
    [
        .. Enumerable.Range(0, count).SelectMany(shot => new (string, int, string[])[]
        {
            ($"k{shot}", 0, []),
            ($"v{shot}", 1, isChain && shot % 4 > 0 ? [$"k{shot}", $"v{shot - 1}"] : [$"k{shot}"]),
            ($"u{shot}", 2, [$"v{shot}"]),
        }),
    ];
}
