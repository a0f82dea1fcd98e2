using Continuity.Chaos.Processes;
using Continuity.Cluster.Tests.Films;
using Continuity.Cluster.Tests.Processes;

namespace Continuity.Cluster.Tests.Crashes;

/// <summary><c>kill -9</c> of the process that hosts the farm while a second terminal looks on.</summary>
[Collection(ReferenceFilm.Name)]
public sealed class OwnerCrashTests(ReferenceExport reference)
{
    [Fact]
    public async Task Watch_WhenTheOwnerDies_SaysHowToGoOn()
    {
        await using var workshop = await Workshop.OpenAsync(GpuPace.Slow);
        var owner = await workshop.ExportAsync();
        var watcher = workshop.Continuity(["watch", owner.Pipeline]);
        await watcher.EventsAsync(1);

        Assert.True(await owner.Program.KillAsync(), owner.Program.Tail);

        var line = await watcher.LineAsync(line => line.Contains("is gone", StringComparison.Ordinal), "that the owner is gone");
        Assert.Contains($"continuity resume {owner.Pipeline} --data", line, StringComparison.Ordinal);
        await watcher.ExitsWithAsync(1);
    }

    [Fact]
    public async Task Resume_WhenTheOwnerDies_TakesOverAndRunsNothingTwice()
    {
        await using var workshop = await Workshop.OpenAsync(GpuPace.Quick);
        foreach (var gpu in workshop.Gpus)
        {
            await gpu.HangAsync();
        }

        var owner = await workshop.ExportAsync();
        var second = workshop.Resume(owner.Pipeline);
        await second.Program.EventsAsync(1);
        Assert.True(await owner.Program.KillAsync(), owner.Program.Tail);
        foreach (var gpu in workshop.Gpus)
        {
            await gpu.ReleaseAsync();
        }

        await second.Program.LineAsync(line => line.Contains("taking over", StringComparison.Ordinal), "that it takes over");
        await second.Program.ExitsWithAsync(0);

        // Both saw the same changes, so they are not told apart here.
        var check = await FilmChecker.OfAsync(workshop, owner.Program.Tail, second);
        await check.NothingWasLostOrDoneTwiceAsync(reference.Export);
    }
}
