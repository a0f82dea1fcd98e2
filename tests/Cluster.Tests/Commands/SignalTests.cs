using Continuity.Chaos.Processes;
using Continuity.Cluster.Tests.Films;
using Continuity.Cluster.Tests.Processes;

namespace Continuity.Cluster.Tests.Commands;

/// <summary>Ctrl-C, and the polite way to end a process.</summary>
[Collection(ReferenceFilm.Name)]
public sealed class SignalTests(ReferenceExport reference)
{
    public static TheoryData<string> Signals => Turns.Half("INT", "TERM");

    [Theory]
    [MemberData(nameof(Signals), DisableDiscoveryEnumeration = true)]
    public async Task Export_OnASignal_SaysHowToGoOnAndTheSaidCommandEndsTheFilm(string signal)
    {
        await using var workshop = await Workshop.OpenAsync(GpuPace.Quick);
        var export = await workshop.ExportAsync();

        // One early, the other in the middle.
        await export.Program.EventsAsync(signal == "INT" ? 2 : 14);

        await export.Program.SignalAsync(signal);

        var line = await export.Program.LineAsync(line => line.StartsWith("  continuity resume ", StringComparison.Ordinal), "how to go on");
        await export.Program.ExitsWithAsync(130);

        // Exactly what a person would copy; no path in it has a space.
        var resumed = new ExportProcess(workshop.Launch([.. line.Trim().Split(' ').Skip(1), "--json"]), export.Pipeline);
        await resumed.Program.ExitsWithAsync(0);
        var check = await FilmChecker.OfAsync(workshop, $"SIG{signal}", export, resumed);
        await check.NothingWasLostOrDoneTwiceAsync(reference.Export);
    }
}
