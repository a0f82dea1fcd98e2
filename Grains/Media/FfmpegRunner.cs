namespace Continuity.Grains.Media;

/// <summary>The one place from which ffmpeg and ffprobe are started.</summary>
internal sealed class FfmpegRunner;
