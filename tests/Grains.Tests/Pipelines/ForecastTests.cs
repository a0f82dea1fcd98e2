using Continuity.ComfyUI.Profiles;
using Continuity.Engine.Forecasts;
using Continuity.Gpu;
using Continuity.Pipelines;
using Continuity.Tasks;

namespace Continuity.Grains.Tests.Pipelines;

/// <summary>What the pool has learned is found again by what a pipeline says of its tasks before they run.</summary>
public sealed class ForecastTests
{
    [Fact]
    public async Task WhatOnePipelineTookTellsOfTheNextOneBeforeItRuns()
    {
        await using var farm = await Farm.StartAsync(simulator: options => options.StepTime = TimeSpan.FromMilliseconds(2));
        var first = Pipes.Of(Pipes.Keyframe("k1"), Pipes.Keyframe("k2", "another"), Pipes.Video("v1", "k1"), Pipes.Video("v2", "k2"));
        var second = Pipes.Of(Pipes.Keyframe("k3", "a third"), Pipes.Video("v3", "k3"));
        var works = WorkReader.Read(second);
        var question = new CostQuestion(second.Id, second.Priority, works.Works);
        await farm.GpusAsync(gpus => gpus.All(gpu => gpu.Status.Health == GpuHealth.Healthy));
        Assert.Equal(2, works.Works.Length);
        Assert.Equal([works.OfTask["k3"], works.OfTask["v3"]], [0, 1]);

        await farm.RunAsync(first);

        // The end of the last prompt is told to the pool when its GPU asks for the next one.
        var costs = await LearnedAsync(farm, question);
        Assert.Equal(0, costs.Others.Beside + costs.Others.Before);
        TaskView[] tasks = [.. second.Tasks.Select(task => new TaskView { Definition = task, Row = new TaskRow { TaskId = task.Id } })];
        var forecast = Forecaster.Forecast(PipelineStatus.Active, tasks, works.OfTask, works.Works, costs, DateTimeOffset.UnixEpoch);
        Assert.False(forecast.IsRough);
        Assert.Equal(["k3", "v3"], forecast.Tasks.Select(task => task.TaskId));
        Assert.True(forecast.Tasks[0].End.P50 < forecast.Tasks[1].End.P50, $"{forecast}");
    }

    [Fact]
    public async Task WhatAGpuWasGivenIsToldUntilItEnds()
    {
        await using var farm = await Farm.StartAsync();
        farm.Gpus[0].Faults.HangAt("KSampler");
        var definition = Pipes.Of(Pipes.Keyframe("k1"));
        await farm.SubmitAsync(definition);
        await farm.UntilAsync(definition, snapshot => snapshot.Tasks[0].Live?.Phase == TaskPhase.Executing);

        var works = WorkReader.Read(definition);
        var costs = await farm.Pool.GetCostsAsync(new CostQuestion(definition.Id, definition.Priority, works.Works));

        var given = Assert.Single(Assert.Single(costs.Gpus).Given);
        Assert.Equal(new TicketId(new TaskKey(definition.Id, "k1"), 1), given.Ticket);
        farm.Gpus[0].Faults.Release("KSampler");
        await farm.EndOfAsync(definition);
    }

    private static async Task<FleetCosts> LearnedAsync(Farm farm, CostQuestion question)
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        var costs = await farm.Pool.GetCostsAsync(question);
        while (!costs.Gpus.Single().Works.All(work => work!.Samples > 0))
        {
            Assert.True(await timer.WaitForNextTickAsync(CancellationToken.None) && !timeout.IsCancellationRequested, $"Not measured: {string.Join(", ", costs.Gpus.Single().Works)}");
            costs = await farm.Pool.GetCostsAsync(question);
        }

        return costs;
    }
}
