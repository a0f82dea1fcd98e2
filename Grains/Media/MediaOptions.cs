namespace Continuity.Grains.Media;

/// <summary>How ffmpeg is run.</summary>
public sealed class MediaOptions
{
    /// <summary>The ffmpeg program (5.1 or newer): a name that is looked up in <c>PATH</c>, or a path. Default <c>ffmpeg</c>.</summary>
    public string FfmpegPath { get; set; } = "ffmpeg";

    /// <summary>The ffprobe program: a name that is looked up in <c>PATH</c>, or a path. Default <c>ffprobe</c>.</summary>
    public string FfprobePath { get; set; } = "ffprobe";

    /// <summary>The longest that one ffmpeg run may take before it is killed. A film is many runs, about one a clip. Default 30 minutes.</summary>
    public TimeSpan TimeLimit { get; set; } = TimeSpan.FromMinutes(30);

    /// <summary>The longest that looking into one file may take. Default one minute: a probe reads the file once and decodes nothing.</summary>
    public TimeSpan ProbeTimeLimit { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Folder for unfinished work, created when it is missing. Default: <c>media</c> in the silo's data directory; without a silo, a folder of ours in the system's folder for temporary files.</summary>
    public string TempDirectory { get; set; } = Path.Combine(Path.GetTempPath(), "continuity-media");

    /// <summary>How many pieces of CPU media work run at the same time in one silo. Default 1: one ffmpeg already uses every core. At least 1.</summary>
    public int CpuSlots { get; set; } = 1;
}
