using System.Text.Json;

using Continuity.Chaos.Processes;
using Continuity.Cluster.Tests.Films;
using Continuity.Cluster.Tests.Processes;

namespace Continuity.Cluster.Tests.Commands;

/// <summary>Commands from a second process while the first one runs the farm.</summary>
[Collection(ReferenceFilm.Name)]
public sealed class SecondTerminalTests(ReferenceExport reference)
{
    [Fact]
    public async Task Cancel_WhilePromptsExecute_EndsTheExportAndLeavesNoPromptBehind()
    {
        await using var workshop = await Workshop.OpenAsync(GpuPace.Slow);
        var export = await workshop.ExportAsync();
        foreach (var gpu in workshop.Gpus)
        {
            await gpu.ExecutingAsync();
        }

        var cancel = workshop.Continuity(["cancel", export.Pipeline]);
        await cancel.ExitsWithAsync(0);

        foreach (var gpu in workshop.Gpus)
        {
            var load = await gpu.LoadAsync();
            Assert.True(load.IsIdle, $"{load}\n{cancel.Tail}");
        }

        await export.Program.ExitsWithAsync(3);
        Assert.Equal("cancelled", export.Last.GetProperty("status").GetString());
        Assert.All(export.Last.GetProperty("counts").EnumerateObject().Where(count => count.Name is "pending" or "running" or "failed"), count => Assert.Equal(0, count.Value.GetInt32()));
    }

    [Fact]
    public async Task Pause_ThenResume_EndsWhatRunsStartsNothingAndThenGoesOnToTheSameFilm()
    {
        await using var workshop = await Workshop.OpenAsync(GpuPace.Quick);
        foreach (var gpu in workshop.Gpus)
        {
            await gpu.HangAsync();
        }

        // One prompt executes on each GPU; nothing is staged behind it, as nobody knows yet how long it takes.
        var export = await workshop.ExportAsync();
        await export.ToldAsync(2, change => change.State == "running");
        await workshop.Continuity(["pause", export.Pipeline]).ExitsWithAsync(0);
        foreach (var gpu in workshop.Gpus)
        {
            await gpu.ReleaseAsync();
        }

        await export.ToldAsync(2, change => change is { State: "completed", PipelineStatus: "paused" });

        var show = workshop.Continuity(["show", export.Pipeline]);
        await show.ExitsWithAsync(0);
        var shown = JsonDocument.Parse(show.Output[^1]).RootElement;
        Assert.Equal("paused", shown.GetProperty("status").GetString());
        Assert.Equal(0, shown.GetProperty("counts").GetProperty("running").GetInt32());
        Assert.Equal(2, export.Changes.Count(change => change.State == "running"));
        Assert.False(export.Program.HasExited, export.Program.Tail);

        var resumed = workshop.Resume(export.Pipeline);
        await resumed.Program.ExitsWithAsync(0);
        await export.Program.ExitsWithAsync(0);
        var check = await FilmChecker.OfAsync(workshop, resumed.Program.Tail, export);
        await check.NothingWasLostOrDoneTwiceAsync(reference.Export);
    }
}
