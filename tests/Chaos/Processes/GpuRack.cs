using System.Collections.Immutable;
using System.Globalization;

using Continuity.Chaos.Journals;

namespace Continuity.Chaos.Processes;

/// <summary>Many simulated GPUs in one process, each on a port of its own: for tests that need their number, not their deaths.</summary>
public sealed class GpuRack : IAsyncDisposable
{
    private const string Listening = "listening on ";

    // Its machine is not to be measured: it has compiled all it needs for good before that.
    private static readonly Dictionary<string, string> Compiled = new(StringComparer.Ordinal) { ["DOTNET_TieredCompilation"] = "0" };

    private readonly ProgramRun _program;
    private readonly string _journal;

    private GpuRack(ProgramRun program, string journal, ImmutableArray<Uri> addresses) => (_program, _journal, Addresses) = (program, journal, addresses);

    /// <summary>Where each of them answers.</summary>
    public ImmutableArray<Uri> Addresses { get; }

    /// <summary>The process.</summary>
    public ProgramRun Program => _program;

    /// <summary>What became of every prompt.</summary>
    public ImmutableArray<PromptStory> Stories => [.. Addresses.SelectMany((_, i) => StoriesOf(i))];

    /// <summary>What became of every prompt of one of them.</summary>
    /// <param name="gpu">Which one, counted from 0.</param>
    public ImmutableArray<PromptStory> StoriesOf(int gpu) =>
        PromptJournal.Read(Addresses.Length == 1 ? _journal : string.Create(CultureInfo.InvariantCulture, $"{_journal}.{gpu + 1}"));

    /// <summary>Starts the process.</summary>
    /// <param name="folder">A folder for it alone.</param>
    /// <param name="count">How many.</param>
    /// <param name="options">More options of the simulator.</param>
    public static async Task<GpuRack> StartAsync(string folder, int count, params IEnumerable<string> options)
    {
        Directory.CreateDirectory(folder);
        var journal = Path.Combine(folder, "journal.jsonl");
        var program = ProgramRun.Start(new ProgramStart("Continuity.Simulator.dll", folder, ["--count", $"{count}", "--data", Path.Combine(folder, "comfy"), "--journal", journal, .. options]) { Environment = Compiled });
        await Patience.UntilAsync(() => Task.FromResult(program.Output.Count), found => found >= count, _ => program.Tail);
        return new GpuRack(program, journal, [.. program.Output.Where(line => line.StartsWith(Listening, StringComparison.Ordinal)).Select(line => new Uri(line[Listening.Length..] + "/"))]);
    }

    public ValueTask DisposeAsync() => _program.DisposeAsync();
}
