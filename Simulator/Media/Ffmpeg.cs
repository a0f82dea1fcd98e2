using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using Continuity.Simulator.Json;

namespace Continuity.Simulator.Media;

/// <summary>
/// Starts ffmpeg and ffprobe: arguments as a list, a time limit, and killed when the work is cancelled. One end of every ffmpeg's pipes is
/// this process, so that it ends by itself when this process dies without a word.
/// </summary>
internal sealed class Ffmpeg(SimulatorOptions options)
{
    /// <summary>Reads what this process writes, and lets ffmpeg look back and ahead in it as in a file.</summary>
    public const string SeekableInput = "cache:pipe:0";

    private static readonly string[] Quiet = ["-hide_banner", "-nostdin", "-loglevel", "error", "-y"];

    /// <summary>Whether media are placeholders that need no ffmpeg.</summary>
    public bool IsTiny => options.TinyMedia;

    private string ProbePath => Path.Combine(Path.GetDirectoryName(options.FfmpegPath) ?? "", "ffprobe");

    public FfmpegProcess StartProbe(IReadOnlyList<string> arguments, CancellationToken cancellationToken) => Start(ProbePath, arguments, cancellationToken);

    public FfmpegProcess Start(IReadOnlyList<string> arguments, CancellationToken cancellationToken) =>
        Start(options.FfmpegPath, [.. Quiet, .. arguments], cancellationToken);

    public async Task CopyAsync(string source, string path, CancellationToken cancellationToken)
    {
        await using var process = Start(["-i", source, "-c", "copy", path], cancellationToken);
        await process.EndAsync();
    }

    public FfmpegProcess StartDecoding(Film film, int count, CancellationToken cancellationToken)
    {
        string[] filters = film.Filters.IsEmpty ? [] : ["-vf", string.Join(',', film.Filters)];
        string[] output = ["-frames:v", count.ToString(CultureInfo.InvariantCulture), "-f", "rawvideo", "-pix_fmt", "bgra", "-fps_mode", "passthrough", "pipe:1"];
        return Start(["-threads", "1", "-i", film.Path, .. filters, .. output], cancellationToken);
    }

    private FfmpegProcess Start(string program, IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var info = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        try
        {
            return new FfmpegProcess(Process.Start(info)!, options.FfmpegTimeout, options.TimeProvider, cancellationToken);
        }
        catch (Win32Exception e)
        {
            throw new PythonException("FileNotFoundError", $"The program {program} could not be started ({e.Message}); install ffmpeg or set FfmpegPath.");
        }
    }
}
