namespace Continuity.Grains.Media;

/// <summary>What ffprobe knows of a video file. Sizes are in pixels as stored, before rotation and pixel aspect are applied.</summary>
/// <param name="Width">Stored width.</param>
/// <param name="Height">Stored height.</param>
/// <param name="FrameRate">Frames a second: of a variable rate, the average.</param>
/// <param name="Frames">Number of video frames, counted.</param>
/// <param name="Duration">How long the video stream lasts; the sound may last longer or shorter.</param>
/// <param name="HasAudio">Whether there is a sound track.</param>
/// <param name="VideoCodec">ffmpeg's name of the codec, such as <c>h264</c>.</param>
/// <param name="PixelFormat">ffmpeg's name of the pixel format, such as <c>yuv420p</c>.</param>
/// <param name="Rotation">Degrees to turn the picture by for display: 0, 90, 180 or 270.</param>
/// <param name="PixelAspect">Width of a pixel by its height; 1 for square pixels.</param>
internal sealed record MediaInfo(
    int Width,
    int Height,
    FrameRate FrameRate,
    long Frames,
    TimeSpan Duration,
    bool HasAudio,
    string VideoCodec,
    string PixelFormat,
    int Rotation = 0,
    double PixelAspect = 1)
{
    /// <summary>Whether every frame lasts equally long.</summary>
    public bool ConstantRate { get; init; } = true;

    /// <summary>When the first video frame is shown, from the start of the file.</summary>
    public TimeSpan Start { get; init; }

    /// <summary>How colours are to be read, as the file says.</summary>
    public ColorTags Color { get; init; } = ColorTags.Unknown;

    /// <summary>
    /// Everything that must be equal for two streams to be joined without encoding: codec, headers, time base and place in the file. Empty when the file
    /// cannot be joined so.
    /// </summary>
    public string Fingerprint { get; init; } = "";

    /// <summary>The size as displayed: rotated, with square pixels.</summary>
    public (int Width, int Height) DisplaySize
    {
        get
        {
            var width = (int)Math.Round(Width * PixelAspect, MidpointRounding.AwayFromZero);
            return Rotation is 90 or 270 ? (Height, width) : (width, Height);
        }
    }
}

/// <summary>The colour description of a stream in ffmpeg's words; <c>unknown</c> where the file does not say.</summary>
internal sealed record ColorTags(string Matrix, string Primaries, string Transfer)
{
    /// <summary>A file that says nothing.</summary>
    public static ColorTags Unknown { get; } = new("unknown", "unknown", "unknown");
}
