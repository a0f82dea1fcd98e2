using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

using Continuity.Cli.Hosting;
using Continuity.ComfyUI.Profiles;
using Continuity.Pipelines;

namespace Continuity.Cli.Commands;

/// <summary>The options of the commands that render: which GPUs, which profiles, where to.</summary>
internal sealed class RenderOptions
{
    private const int MostSimulated = 16;

    private readonly Option<Uri[]> _gpus = new("--gpu")
    {
        Description = "Address of a ComfyUI, such as http://127.0.0.1:8188; may be repeated. Default: look on the usual local ports",
        HelpName = "URL",
        CustomParser = Addresses.ParseAll,
    };

    private readonly Option<int> _simulate = new("--simulate") { Description = "Simulated GPUs in this process, to try things without one", HelpName = "N" };

    private readonly Option<string[]> _profiles = new("--profiles")
    {
        Description = "Folder of workflow profiles, added to those that come with the program; may be repeated",
        HelpName = "DIR",
    };

    private readonly Option<string?> _out = new("--out") { Description = "Folder for the results", HelpName = "DIR" };

    public RenderOptions() => _simulate.Validators.Add(result =>
    {
        if (result.Tokens.Count == 1 && int.TryParse(result.Tokens[0].Value, out var count) && count is < 0 or > MostSimulated)
        {
            result.AddError($"--simulate takes 1 to {MostSimulated}; found {count}.");
        }
    });

    public void AddTo(Command command)
    {
        command.Add(_gpus);
        command.Add(_simulate);
        command.Add(_profiles);
        command.Add(_out);
    }

    public GpuChoice Gpus(ParseResult parse) => new([.. parse.GetValue(_gpus) ?? []], parse.GetValue(_simulate));

    public string? Out(ParseResult parse) => parse.GetValue(_out);

    /// <summary>Loads the shipped profiles and those of the named folders.</summary>
    /// <exception cref="UsageException">A named folder does not exist.</exception>
    public ProfileLibrary Profiles(ParseResult parse) => LoadProfiles(parse.GetValue(_profiles) ?? []);

    internal static ProfileLibrary LoadProfiles(string[] folders)
    {
        if (folders.FirstOrDefault(folder => !Directory.Exists(folder)) is { } missing)
        {
            throw new UsageException($"There is no folder {missing}, named by --profiles.");
        }

        return ProfileLibrary.Load([ProfileLibrary.ShippedDirectory, .. folders]);
    }
}

/// <summary>Reads addresses of ComfyUI instances.</summary>
internal static class Addresses
{
    public static Uri[] ParseAll(ArgumentResult result) => [.. result.Tokens.Select(token => ParseOne(token, result)).OfType<Uri>()];

    public static Uri? ParseOne(ArgumentResult result) => ParseOne(result.Tokens[0], result);

    /// <summary>Reads an address, also one without its scheme; <see langword="null"/> when it is none.</summary>
    public static Uri? TryParse(string text)
    {
        // 'localhost:8188' alone would be read as the scheme 'localhost'.
        var whole = text.Contains("://", StringComparison.Ordinal) ? text : $"http://{text}";
        return Uri.TryCreate(whole, UriKind.Absolute, out var address) && address.Scheme is "http" or "https" && address.Host.Length > 0 ? address : null;
    }

    private static Uri? ParseOne(Token token, ArgumentResult result)
    {
        var address = TryParse(token.Value);
        if (address is null)
        {
            result.AddError($"'{token.Value}' is not the address of a ComfyUI; expected something like http://127.0.0.1:8188.");
        }

        return address;
    }
}

/// <summary>The options of the commands that submit which say whose a pipeline is, and how urgent.</summary>
internal sealed class StandingOptions
{
    private readonly Option<PipelinePriority?> _priority = new("--priority")
    {
        Description = "low, normal or high: what waits of a higher priority goes first",
        HelpName = "PRIORITY",
        CustomParser = result => Priorities.Parse(result),
    };

    private readonly Option<string?> _owner = new("--owner") { Description = "Who wants it: owners get equal shares of the GPUs. Default: each pipeline counts as one", HelpName = "NAME" };

    private readonly Option<DateTimeOffset?> _deadline = new("--deadline")
    {
        Description = "When it is to be done: a time such as 18:30 or 2026-12-01T18:30, or from now on, such as 90m or 2h. Once it would come too late it goes before others of its priority",
        HelpName = "TIME",
        CustomParser = result => Deadlines.Parse(result, TimeProvider.System),
    };

    public void AddTo(Command command)
    {
        command.Add(_priority);
        command.Add(_owner);
        command.Add(_deadline);
    }

    /// <summary>Puts into a definition what was asked for.</summary>
    public PipelineDefinition Apply(ParseResult parse, PipelineDefinition definition) => definition with
    {
        Priority = parse.GetValue(_priority) ?? definition.Priority,
        Owner = parse.GetValue(_owner)?.Trim() is { Length: > 0 } owner ? owner : definition.Owner,
        Deadline = parse.GetValue(_deadline) ?? definition.Deadline,
    };
}

/// <summary>Reads deadlines.</summary>
internal static class Deadlines
{
    private static readonly string[] Dates = ["yyyy-MM-dd'T'HH:mm", "yyyy-MM-dd'T'HH:mm:ss", "yyyy-MM-dd HH:mm"];

    public static DateTimeOffset? Parse(ArgumentResult result, TimeProvider time)
    {
        var text = result.Tokens[0].Value;
        var deadline = Of(text, time.GetLocalNow(), time.LocalTimeZone);
        if (deadline is null)
        {
            result.AddError($"'{text}' is no deadline; use a time such as 18:30 or 2026-12-01T18:30, or from now on, such as 90m or 2h.");
        }

        return deadline;
    }

    /// <summary>Reads one; <see langword="null"/> when it is none. A time of day is that of today, or of tomorrow when it is past.</summary>
    public static DateTimeOffset? Of(string text, DateTimeOffset now, TimeZoneInfo zone)
    {
        if (text.Length > 1 && text[^1] is 'm' or 'h' or 'd' && double.TryParse(text[..^1], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var count) && count is > 0 and < 10_000)
        {
            return now + (text[^1] switch { 'm' => TimeSpan.FromMinutes(count), 'h' => TimeSpan.FromHours(count), _ => TimeSpan.FromDays(count) });
        }

        if (TimeOnly.TryParseExact(text, "H:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out var clock))
        {
            var today = Local(now.Date + clock.ToTimeSpan());
            return today > now ? today : Local(now.Date.AddDays(1) + clock.ToTimeSpan());
        }

        if (DateTime.TryParseExact(text, Dates, CultureInfo.InvariantCulture, DateTimeStyles.None, out var local))
        {
            return Local(local);
        }

        return text.Contains('T', StringComparison.Ordinal) && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.None, out var exact) ? exact : null;

        DateTimeOffset Local(DateTime at) => new(at, zone.GetUtcOffset(at));
    }
}

/// <summary>Reads priorities.</summary>
internal static class Priorities
{
    public static PipelinePriority Parse(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        if (Enum.GetNames<PipelinePriority>().Contains(text, StringComparer.OrdinalIgnoreCase))
        {
            return Enum.Parse<PipelinePriority>(text, ignoreCase: true);
        }

        result.AddError($"'{text}' is no priority; use low, normal or high.");
        return PipelinePriority.Normal;
    }
}

/// <summary>The option of the commands that submit.</summary>
internal static class PreflightOption
{
    public static Option<bool> Create() => new("--no-preflight") { Description = "Submit even when no GPU has the nodes, model files or memory for some task" };
}

/// <summary>The argument that names a pipeline.</summary>
internal static class IdArgument
{
    public static Argument<string> Create()
    {
        var argument = new Argument<string>("ID") { Description = "The pipeline's id, as 'continuity ls' shows it" };
        argument.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && !PipelineId.IsValid(result.Tokens[0].Value))
            {
                result.AddError($"'{result.Tokens[0].Value}' is not a pipeline id. Run 'continuity ls' to see them.");
            }
        });
        return argument;
    }

    public static PipelineId Of(ParseResult parse, Argument<string> argument) => new(parse.GetRequiredValue(argument));
}
