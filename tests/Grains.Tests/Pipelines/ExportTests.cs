using Continuity.Pipelines;
using Continuity.Tasks;
using Continuity.Timelines;

namespace Continuity.Grains.Tests.Pipelines;

public sealed class ExportTests
{
    [Fact]
    public async Task AFilmIsMadeFromKeyframeToFilm()
    {
        await using var farm = await Farm.StartAsync(gpus: 2, simulator: options => options.TinyMedia = false);
        var definition = Pipes.Of(
            Pipes.Keyframe("k1"),
            Pipes.Video("v1", "k1"),
            Pipes.Keyframe("k2", "a dial"),
            Pipes.Video("v2", "k2", previous: "v1", profile: "wan-fun-inpaint"),
            Pipes.Upscale("u1", "v1"),
            Pipes.Interpolate("i1", "u1"),
            Pipes.Film("film", new TimelineClip("i1", "Dissolve"), new TimelineClip("v2")));

        var end = await farm.RunAsync(definition);

        Assert.True(end.Summary.Status == PipelineStatus.Completed, Farm.Describe(end));
        Assert.All(end.Tasks, task => Assert.Equal((TaskState.Completed, 1), (task.Row.State, task.Row.Attempts)));
        Assert.Equal(6, farm.Executions());
        Assert.All(farm.Gpus, gpu => Assert.All(gpu.Statistics.Executions.Values, runs => Assert.Equal(1, runs)));
        var film = end.Tasks[^1].Row.Result!;
        Assert.Equal("video/mp4", film.Outputs[0].Artifact.MediaType);
        Assert.Equal("2", film.Metadata["shots"]);
        Assert.Equal("last-frame", end.Tasks[3].Row.Result!.Metadata["flf2vSource"]);
        Assert.Equal("128x96", end.Tasks[4].Row.Result!.Metadata["finalResolution"]);
        Assert.Equal("48", end.Tasks[5].Row.Result!.Metadata["finalFps"]);

        // The film began with what made it ready: nothing but a CPU is needed for it.
        var history = await farm.Pipeline(definition).GetHistoryAsync(null, 100);
        var began = history.Single(line => line is { TaskId: "film", Name: "started" });
        Assert.Contains(history, line => line.Version == began.Version && line is { Name: "completed", TaskId: "i1" or "v2" });
    }
}
