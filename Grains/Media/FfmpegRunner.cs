using System.ComponentModel;
using System.Globalization;
using System.Text;
using CliWrap;
using Microsoft.Extensions.Options;

namespace Continuity.Grains.Media;

/// <summary>
/// The one place from which ffmpeg and ffprobe are started: with a list of arguments, never through a shell; within a time limit; and killed with everything they
/// started when they are cancelled.
/// </summary>
internal sealed class FfmpegRunner
{
    // 128 and the number of the signal.
    private const int Killed = 128 + 9;

    // What the system says of a folder, in the words that ffmpeg passes on; it says nothing of this kind about the content of a clip.
    private static readonly string[] FolderTroubles = ["No space left on device", "Disk quota exceeded", "Read-only file system", "Permission denied"];

    private readonly MediaOptions _options;
    private readonly TimeProvider _timeProvider;

    public FfmpegRunner(IOptions<MediaOptions> options, TimeProvider timeProvider)
    {
        _options = options.Value;
        _timeProvider = timeProvider;
        SweepStaleWork();
    }

    /// <summary>Told the process id of every run. For tests, which look whether the process has ended.</summary>
    internal Action<int>? ProcessStarted { get; set; }

    /// <summary>How ffmpeg is to be told a path: with its protocol, so that no colon, dash or percent sign in it has a meaning.</summary>
    public static string FileUrl(string path) => "file:" + Path.GetFullPath(path);

    /// <summary>Runs ffmpeg.</summary>
    /// <param name="arguments">Inputs, filters and outputs.</param>
    /// <param name="onFrame">Gets the number of frames written so far.</param>
    /// <param name="cancellationToken">Kills the run.</param>
    /// <returns>The number of video frames written.</returns>
    public async Task<long> RunAsync(IEnumerable<string> arguments, Action<long>? onFrame, CancellationToken cancellationToken)
    {
        long frames = 0;
        var output = PipeTarget.ToDelegate(line =>
        {
            if (line.StartsWith("frame=", StringComparison.Ordinal) &&
                long.TryParse(line.AsSpan("frame=".Length), NumberStyles.AllowLeadingWhite, CultureInfo.InvariantCulture, out var count))
            {
                frames = count;
                onFrame?.Invoke(count);
            }
        });
        string[] all = ["-hide_banner", "-nostdin", "-nostats", "-loglevel", "error", "-progress", "pipe:1", "-y", .. arguments];
        await ExecuteAsync(_options.FfmpegPath, "ffmpeg", all, output, _options.TimeLimit, cancellationToken);
        return frames;
    }

    /// <summary>Runs ffprobe and returns what it writes.</summary>
    public async Task<string> ProbeAsync(IEnumerable<string> arguments, CancellationToken cancellationToken)
    {
        var text = new StringBuilder();
        var output = PipeTarget.ToStringBuilder(text, Encoding.UTF8);
        await ExecuteAsync(_options.FfprobePath, "ffprobe", ["-hide_banner", "-loglevel", "error", .. arguments], output, _options.ProbeTimeLimit, cancellationToken);
        return text.ToString();
    }

    /// <summary>Creates a folder for the files of one piece of work.</summary>
    /// <exception cref="MediaUnavailableException">There is no room for it, or no right.</exception>
    public TemporaryFolder CreateFolder() => Guarded(() => new TemporaryFolder(_options.TempDirectory));

    /// <summary>A path for one temporary file, which does not exist yet.</summary>
    /// <exception cref="MediaUnavailableException">Its folder cannot be made.</exception>
    public string CreateTemporaryPath(string extension) =>
        Path.Combine(Guarded(() => Directory.CreateDirectory(_options.TempDirectory)).FullName, $"{Guid.NewGuid():N}{extension}");

    /// <summary>A fault of the folder for unfinished work, in our words.</summary>
    public MediaUnavailableException Explain(Exception cause) => Explain(cause.Message, cause);

    private MediaUnavailableException Explain(string cause, Exception? exception = null) =>
        new($"Media work cannot write its files to the folder '{Path.GetFullPath(_options.TempDirectory)}': {cause} Look for room there, and whether it may be written.", exception);

    private T Guarded<T>(Func<T> write)
    {
        try
        {
            return write();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Explain(exception);
        }
    }

    private void SweepStaleWork()
    {
        try
        {
            // By the folder's own clock: silos may share it.
            var path = CreateTemporaryPath(".time");
            File.Create(path).Dispose();
            var now = new DateTimeOffset(File.GetLastWriteTimeUtc(path), TimeSpan.Zero);
            File.Delete(path);
            StaleWork.Sweep(_options.TempDirectory, now);
        }
        catch (Exception exception) when (exception is MediaUnavailableException or IOException or UnauthorizedAccessException)
        {
            // Work that needs the folder tells what is wrong with it.
        }
    }

    private async Task ExecuteAsync(
        string program, string tool, IEnumerable<string> arguments, PipeTarget output, TimeSpan timeLimit, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var errors = new StderrTail();
        var command = Cli.Wrap(program)
            .WithArguments(arguments, escape: true)
            .WithValidation(CommandResultValidation.None)
            .WithStandardOutputPipe(output)
            .WithStandardErrorPipe(PipeTarget.ToDelegate(errors.Add));
        using var limit = new CancellationTokenSource(timeLimit, _timeProvider);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            var run = command.ExecuteAsync(stop.Token);
            ProcessStarted?.Invoke(run.ProcessId);
            var result = await run;
            if (Failure(tool, result.ExitCode, errors.ToString()) is { } failure)
            {
                throw failure;
            }
        }
        catch (Win32Exception exception)
        {
            throw new MediaToolMissingException(
                $"{tool} could not be started as '{program}'. Install ffmpeg 5.1 or newer, which brings ffmpeg and ffprobe (Debian, Ubuntu: apt-get install ffmpeg; " +
                "macOS: brew install ffmpeg; Windows: winget install ffmpeg), or name the program in the media options.",
                exception);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            throw new MediaKilledException($"{tool} was killed after its time limit of {timeLimit}. Raise the limit in the media options if the work is that large. {errors}");
        }
    }

    // ffmpeg 5 ends with code 0 where the disk got full with the last bytes.
    private MediaException? Failure(string tool, int exitCode, string errors) => exitCode switch
    {
        Killed => new MediaKilledException($"{tool} was killed by the system or by somebody, which happens when memory runs out. {errors}"),
        _ when FolderTroubles.Any(trouble => errors.Contains(trouble, StringComparison.Ordinal)) => Explain($"{tool} ended with code {exitCode}: {errors}"),
        0 => null,
        _ => new MediaException($"{tool} ended with code {exitCode}: {errors}"),
    };
}
