using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;

namespace Continuity.Simulator.Hosting;

/// <summary>The program's options.</summary>
internal static class CommandLine
{
    public const string Usage = """
        --port N             TCP port, 0 for a free one (0)
        --address ADDRESS    IP address to listen on (127.0.0.1)
        --count N            servers in this process, on ports that follow each other, each with a folder of its own (1)
        --data DIR           folder for input, output and temp (a temporary one)
        --journal FILE       appends a JSON line for each thing that happens to a prompt
        --messages FILE      appends a line for each web socket message: the steady clock in ticks, the message
        --name NAME          a name for people
        --seed N             seed of all that is left to chance (1)
        --step-time TIME     time of a sampling step, as 00:00:00.05 or in seconds (0)
        --frame-time TIME    time of a frame in frame-wise nodes (0)
        --load-time TIME     time to load a model file (0)
        --load-time FILE=TIME  the same for one file
        --turn-time TIME     time that the worker takes between two prompts; 0.0007 is that of the real server (0)
        --vram BYTES         video memory; 24G and 800M are understood (24G)
        --gpu NAME           name of the graphics card
        --model FOLDER/FILE  one more installed model file
        --fail-rate SHARE    share of sampler and save nodes that fail, 0 to 1 (0)
        --http-error-rate SHARE  share of HTTP requests that answer 500, 0 to 1 (0)
        --preview-every N    a preview at each n-th sampling step (0)
        --history-cap N      history entries kept (10001)
        --tiny-media         tiny files instead of real pictures and videos
        """;

    /// <summary>Reads the options of every server that the process is to hold.</summary>
    public static bool TryParse(string[] args, [NotNullWhen(true)] out IReadOnlyList<SimulatorOptions>? servers, out string problem)
    {
        var count = 1;
        var found = new List<SimulatorOptions>();
        do
        {
            if (!TryParseOne(args, ref count, out var options, out problem))
            {
                servers = null;
                return false;
            }

            found.Add(options);
        }
        while (found.Count < count);

        servers = found;
        for (var i = 0; i < count && count > 1; i++)
        {
            SetApart(found[i], i);
        }

        return true;
    }

    // Each server has files, a port and a name of its own.
    private static void SetApart(SimulatorOptions options, int index)
    {
        options.Name = $"{options.Name}-{index + 1}";
        options.Port = options.Port == 0 ? 0 : options.Port + index;
        options.DataDirectory = options.DataDirectory is { } data ? Path.Combine(data, $"{index + 1}") : null;
        options.JournalPath = options.JournalPath is { } journal ? $"{journal}.{index + 1}" : null;
        options.MessageLogPath = options.MessageLogPath is { } messages ? $"{messages}.{index + 1}" : null;
    }

    private static bool TryParseOne(string[] args, ref int count, [NotNullWhen(true)] out SimulatorOptions? options, out string problem)
    {
        options = new SimulatorOptions();
        problem = "";
        for (var i = 0; i < args.Length; i++)
        {
            if (args[i] == "--tiny-media")
            {
                options.TinyMedia = true;
                continue;
            }

            try
            {
                if (i + 1 >= args.Length || !Apply(options, ref count, args[i], args[i + 1]))
                {
                    problem = $"\"{args[i]}\" is not understood, or its value is missing.\n{Usage}";
                    options = null;
                    return false;
                }

                i++;
            }
            catch (FormatException e)
            {
                problem = $"The value of {args[i]} is not understood: {e.Message}\n{Usage}";
                options = null;
                return false;
            }
        }

        return true;
    }

    private static bool Apply(SimulatorOptions options, ref int count, string name, string value)
    {
        switch (name)
        {
            case "--port":
                options.Port = int.Parse(value, CultureInfo.InvariantCulture);
                return true;
            case "--address":
                options.Address = IPAddress.Parse(value);
                return true;
            case "--count":
                count = Math.Max(1, int.Parse(value, CultureInfo.InvariantCulture));
                return true;
            case "--journal":
                options.JournalPath = value;
                return true;
            case "--messages":
                options.MessageLogPath = value;
                return true;
            case "--data":
                options.DataDirectory = value;
                return true;
            case "--name":
                options.Name = value;
                return true;
            case "--seed":
                options.Seed = int.Parse(value, CultureInfo.InvariantCulture);
                return true;
            case "--step-time":
                options.StepTime = Time(value);
                return true;
            case "--frame-time":
                options.FrameTime = Time(value);
                return true;
            case "--load-time" when value.Contains('=', StringComparison.Ordinal):
                options.ModelLoadTimes[value[..value.IndexOf('=', StringComparison.Ordinal)]] = Time(value[(value.IndexOf('=', StringComparison.Ordinal) + 1)..]);
                return true;
            case "--load-time":
                options.ModelLoadTime = Time(value);
                return true;
            case "--turn-time":
                options.TurnTime = Time(value);
                return true;
            case "--vram":
                options.VramTotal = Bytes(value);
                return true;
            case "--gpu":
                options.GpuName = value;
                return true;
            case "--model" when value.Split('/', 2) is [var folder, var file]:
                if (!options.Models.TryGetValue(folder, out var files))
                {
                    options.Models[folder] = files = new SortedSet<string>(StringComparer.Ordinal);
                }

                files.Add(file);
                return true;
            case "--fail-rate":
                options.Faults.FailRate = double.Parse(value, CultureInfo.InvariantCulture);
                return true;
            case "--http-error-rate":
                options.Faults.HttpErrorRate = double.Parse(value, CultureInfo.InvariantCulture);
                return true;
            case "--preview-every":
                options.PreviewEveryStep = int.Parse(value, CultureInfo.InvariantCulture);
                return true;
            case "--history-cap":
                options.HistoryCap = int.Parse(value, CultureInfo.InvariantCulture);
                return true;
            default:
                return false;
        }
    }

    private static TimeSpan Time(string value) => value.Contains(':', StringComparison.Ordinal)
        ? TimeSpan.Parse(value, CultureInfo.InvariantCulture)
        : TimeSpan.FromSeconds(double.Parse(value, CultureInfo.InvariantCulture));

    private static long Bytes(string value) => value[^1] switch
    {
        'G' => (long)(double.Parse(value[..^1], CultureInfo.InvariantCulture) * (1L << 30)),
        'M' => (long)(double.Parse(value[..^1], CultureInfo.InvariantCulture) * (1L << 20)),
        _ => long.Parse(value, CultureInfo.InvariantCulture),
    };
}
