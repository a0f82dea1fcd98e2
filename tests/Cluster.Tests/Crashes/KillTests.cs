using Continuity.Chaos.Processes;
using Continuity.Cluster.Tests.Films;
using Continuity.Cluster.Tests.Processes;

using Xunit.Abstractions;

namespace Continuity.Cluster.Tests.Crashes;

/// <summary><c>kill -9</c> of the command at random moments of an export, then <c>resume</c>.</summary>
[Collection(ReferenceFilm.Name)]
public sealed class KillTests(ReferenceExport reference, ITestOutputHelper output)
{
    public static TheoryData<int> Seeds => [.. KillPlan.Seeds()];

    [Theory]
    [MemberData(nameof(Seeds), DisableDiscoveryEnumeration = true)]
    public async Task Resume_AfterKillAtARandomMoment_MakesTheSameFilmAndRunsNothingTwice(int seed)
    {
        var random = new Random(seed);
        await using var workshop = await Workshop.OpenAsync(GpuPace.Quick);
        List<ExportProcess> processes = [await workshop.ExportAsync()];
        var killed = await KillPlan.KillAsync(processes[0].Program, random);
        output.WriteLine($"seed {seed}: {(killed ? "killed" : "ended")} after {processes[0].Changes.Count} changes");

        // One in three is killed again while it resumes.
        if (random.Next(3) == 0)
        {
            processes.Add(workshop.Resume(processes[0].Pipeline));
            killed = await KillPlan.KillAsync(processes[1].Program, random, Math.Max(1, Story.Changes - processes[0].Changes.Count));
            output.WriteLine($"seed {seed}: {(killed ? "killed" : "ended")} again after {processes[1].Changes.Count} changes");
        }

        processes.Add(workshop.Resume(processes[0].Pipeline));
        await processes[^1].Program.ExitsWithAsync(0);

        var check = await FilmChecker.OfAsync(workshop, $"CONTINUITY_SEED={seed}", [.. processes]);
        await check.NothingWasLostOrDoneTwiceAsync(reference.Export);
        await check.PicturesAreAsync(reference.Export);
    }
}
