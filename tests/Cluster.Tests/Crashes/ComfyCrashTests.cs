using Continuity.Chaos.Processes;
using Continuity.Cluster.Tests.Films;
using Continuity.Cluster.Tests.Processes;

namespace Continuity.Cluster.Tests.Crashes;

/// <summary><c>kill -9</c> of a ComfyUI in the middle of a prompt.</summary>
[Collection(ReferenceFilm.Name)]
public sealed class ComfyCrashTests(ReferenceExport reference)
{
    [Fact]
    public async Task Export_WhenAComfyDiesWithAPromptAndComesBack_EndsWithTheSameFilmAndChargesNoRetry()
    {
        await using var workshop = await Workshop.OpenAsync(GpuPace.Quick);
        var victim = workshop.Gpus[0];
        await victim.HangAsync();
        var export = await workshop.ExportAsync();
        await victim.ExecutingAsync();

        var lost = (await victim.CountsAsync()).Submitted;
        await victim.KillAsync();
        await victim.RestartAsync();
        await export.Program.ExitsWithAsync(0);

        var check = await FilmChecker.OfAsync(workshop, $"lost: {string.Join(' ', lost)}", export);
        check.EverythingIsCompleted();
        check.NoPromptRanTwice();
        check.NoRetryWasCharged();
        check.FilesAreWhereTheyWereAskedFor();
        await check.FilmIsAsync(reference.Export);
        Assert.NotEmpty(lost);
        Assert.Contains((await FinishedExport.ReadAsync(workshop, export)).GpuTasks, task => task.Attempts > 1);
        foreach (var gpu in workshop.Gpus)
        {
            // Nobody may ask a new life for what the old one took along: the ids of the lost prompts are used up.
            Assert.Empty((await gpu.CountsAsync()).Submitted.Intersect(lost));
        }
    }
}
