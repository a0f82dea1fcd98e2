using Continuity.Pipelines;
using Continuity.Tasks;

namespace Continuity.Grains.Tests.Faults;

/// <summary>A ComfyUI that lies, drops its connections or answers with errors: the work is done once all the same, or the history says why not.</summary>
public sealed class BadComfyTests
{
    [Fact]
    public async Task ASocketThatIsCutAgainAndAgainCostsNothing()
    {
        await using var farm = await Farm.StartAsync(simulator: options => options.StepTime = TimeSpan.FromMilliseconds(20));
        farm.Gpus[0].Faults.DropSocketsEvery = 3;
        var definition = Pipes.Of(Pipes.Keyframe("k1"), Pipes.Video("v1", "k1"), Pipes.Keyframe("k2", "another"));

        var end = await farm.RunAsync(definition);

        Assert.True(end.Summary.Status == PipelineStatus.Completed, Farm.Describe(end));
        AssertRanOnce(farm, end);
    }

    [Fact]
    public async Task ServerErrorsNowAndThenLoseNothingAndRunNothingTwice()
    {
        await using var farm = await Farm.StartAsync();
        farm.Gpus[0].Faults.HttpErrorRate = 0.2;
        var definition = Pipes.Of([.. Enumerable.Range(0, 6).Select(i => Pipes.Keyframe($"k{i}", $"prompt {i}"))]);

        var end = await farm.RunAsync(definition);

        Assert.True(end.Summary.Status == PipelineStatus.Completed, Farm.Describe(end));
        Assert.All(end.Tasks, task => Assert.Equal(0, task.Row.Retries));
        Assert.All(farm.Gpus[0].Statistics.Executions.Values, runs => Assert.Equal(1, runs));
        Assert.Equal(6, farm.Executions());
    }

    [Fact]
    public async Task SuccessWithoutFilesUsesUpTheRetriesAndSaysSo()
    {
        await using var farm = await Farm.StartAsync();
        farm.Gpus[0].Faults.EmptyOutputNodes["SaveImage"] = -1;
        var definition = Pipes.Of(Pipes.Keyframe("k1", retries: 1));

        var end = await farm.RunAsync(definition);

        Assert.Equal((PipelineStatus.Failed, FaultClass.NoOutput), (end.Summary.Status, end.Tasks[0].Row.Fault!.Class));
        var lines = await HistoryAsync(farm, definition);
        Assert.Contains(lines, line => line.Contains("retry 1 of 1", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.Contains("reported success", StringComparison.Ordinal) && line.EndsWith("No retry is left of 1.", StringComparison.Ordinal));
    }

    [Fact]
    public async Task TooLittleMemorySaysWhereItGoesNext()
    {
        await using var farm = await Farm.StartAsync(gpus: 2);
        farm.Gpus[0].Faults.OutOfMemoryNodes["KSampler"] = -1;
        farm.Gpus[1].Faults.OutOfMemoryNodes["KSampler"] = -1;
        var definition = Pipes.Of(Pipes.Keyframe("k1", retries: 3));

        var end = await farm.RunAsync(definition);

        Assert.Equal((PipelineStatus.Failed, 2), (end.Summary.Status, farm.Executions()));
        var lines = await HistoryAsync(farm, definition);
        Assert.Contains(lines, line => line.Contains("ran out of memory", StringComparison.Ordinal) && line.Contains("at once on another GPU (no retry used up)", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.Contains("No GPU can run this", StringComparison.Ordinal));
    }

    private static void AssertRanOnce(Farm farm, PipelineSnapshot end)
    {
        Assert.All(end.Tasks, task => Assert.Equal(1, task.Row.Attempts));
        Assert.All(farm.Gpus[0].Statistics.Executions.Values, runs => Assert.Equal(1, runs));
        Assert.Equal(end.Tasks.Length, farm.Executions());
    }

    private static async Task<IReadOnlyList<string>> HistoryAsync(Farm farm, PipelineDefinition definition) =>
        [.. (await farm.Pipeline(definition).GetHistoryAsync(null, 1_000)).Select(line => line.Text)];
}
