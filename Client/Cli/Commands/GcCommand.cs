using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

using Continuity.Artifacts;
using Continuity.Cli.Output;

namespace Continuity.Cli.Commands;

/// <summary><c>continuity gc</c>.</summary>
internal static class GcCommand
{
    private static readonly TimeSpan Usual = TimeSpan.FromHours(24);

    public static Command Create(Globals globals)
    {
        var dryRun = new Option<bool>("--dry-run") { Description = "Only tell what would be deleted" };
        var olderThan = new Option<TimeSpan>("--older-than")
        {
            Description = "Keep files that were stored within this time, such as 90m, 24h or 7d; an hour or more",
            HelpName = "TIME",
            CustomParser = ParseAge,
            DefaultValueFactory = _ => Usual,
        };
        var command = new Command("gc", "Delete the stored files that no pipeline uses any more") { dryRun, olderThan };
        command.SetAction((parse, stop) => globals.RunAsync(parse, async invocation =>
        {
            await using var session = await ExistingFarm.OpenAsync(invocation, stop);
            var run = await session.Client.CollectGarbageAsync(parse.GetValue(dryRun), parse.GetValue(olderThan), cancellationToken: stop);
            if (invocation.Json)
            {
                new JsonLines(invocation.Terminal.Out).Write(new
                {
                    Id = "",
                    Status = run.DryRun ? "counted" : "collected",
                    run.DryRun,
                    OlderThanSeconds = run.OlderThan.TotalSeconds,
                    run.Examined,
                    run.ExaminedBytes,
                    run.Deleted,
                    run.DeletedBytes,
                });
            }
            else
            {
                invocation.Terminal.Out.WriteLine(Describe(run));
            }

            return ExitCodes.Completed;
        }));
        return command;
    }

    internal static string Describe(ArtifactCollection run)
    {
        var all = $"{Files(run.Examined)}, {Words.Bytes(run.ExaminedBytes)}";
        var unused = $"{Files(run.Deleted)}, {Words.Bytes(run.DeletedBytes)}";
        return (run.Deleted, run.DryRun) switch
        {
            (0, _) => $"Nothing to delete: {all}, all in use or stored within the last {Age(run.OlderThan)}.",
            (_, true) => $"Would delete {unused}, of {all}. Run it without --dry-run to do so.",
            _ => $"Deleted {unused}, of {all}.",
        };
    }

    private static string Files(long count) => count == 1 ? "1 file" : string.Create(CultureInfo.InvariantCulture, $"{count:N0} files");

    private static string Age(TimeSpan age) => age switch
    {
        { TotalDays: >= 2 } when age.Ticks % TimeSpan.TicksPerDay == 0 => $"{age.TotalDays} days",
        { TotalHours: >= 2 } => $"{age.TotalHours:0.#} hours",
        _ => $"{age.TotalMinutes:0.#} minutes",
    };

    private static TimeSpan ParseAge(ArgumentResult result)
    {
        var text = result.Tokens.Count == 1 ? result.Tokens[0].Value : "";
        double? seconds = text.Length == 0 ? null : text[^1] switch
        {
            'm' => 60,
            'h' => 3600,
            'd' => 86400,
            _ => null,
        };
        const double MostDays = 36500;
        if (seconds is null || !double.TryParse(text[..^1], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) || number * seconds > MostDays * 86400)
        {
            result.AddError($"--older-than takes a time such as 90m, 24h or 7d; found '{text}'.");
            return default;
        }

        var age = TimeSpan.FromSeconds(number * seconds.Value);
        if (age < TimeSpan.FromHours(IArtifactCollectorGrain.LeastHours))
        {
            result.AddError($"--older-than takes an hour or more; found '{text}'. Younger files may be about to be used.");
        }

        return age;
    }
}
