using Continuity.Cluster.Tests.Films;
using Continuity.Cluster.Tests.Processes;

using Xunit.Abstractions;

namespace Continuity.Cluster.Tests.Crashes;

/// <summary><c>kill -9</c> of the command at random moments of an export, then <c>resume</c>.</summary>
public sealed class KillTests(ReferenceExport reference, ITestOutputHelper output) : IClassFixture<ReferenceExport>
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

        var last = workshop.Resume(processes[0].Pipeline);
        await last.Program.ExitsWithAsync(0);

        var check = new InvariantChecker(
            await FinishedExport.ReadAsync(workshop, last),
            $"CONTINUITY_SEED={seed}\n{string.Join('\n', processes.Append(last).Select(process => process.Program.Tail))}");
        check.EverythingIsCompleted();
        check.NoPromptRanTwice();
        check.EveryTaskTookOnePrompt();
        check.NoRetryWasCharged();
        check.FinishedTasksStayedFinished(processes[0], [.. processes.Skip(1), last]);
        check.FilesAreIn(workshop.Results);
        await check.FilmIsAsync(reference.Export);
        await check.PicturesAreAsync(reference.Export);
    }
}
