namespace Continuity.Profiles;

/// <summary>The names that profiles and tasks use for the usual inputs of a workflow. Profiles may add names of their own.</summary>
public static class InputNames
{
    /// <summary>Text: what to show.</summary>
    public const string Prompt = "prompt";

    /// <summary>Text: what not to show.</summary>
    public const string NegativePrompt = "negativePrompt";

    /// <summary>Whole number from 0 to 2^63-1 that makes a run repeatable.</summary>
    public const string Seed = "seed";

    /// <summary>Picture file: the first frame.</summary>
    public const string StartImage = "startImage";

    /// <summary>Picture file: the last frame.</summary>
    public const string EndImage = "endImage";

    /// <summary>Video file to work on.</summary>
    public const string InputVideo = "inputVideo";

    /// <summary>Width in pixels.</summary>
    public const string Width = "width";

    /// <summary>Height in pixels.</summary>
    public const string Height = "height";

    /// <summary>Number of frames.</summary>
    public const string Frames = "frames";

    /// <summary>Frames a second.</summary>
    public const string Fps = "fps";

    /// <summary>Sampler steps.</summary>
    public const string Steps = "steps";

    /// <summary>Classifier-free guidance scale.</summary>
    public const string Cfg = "cfg";

    /// <summary>How many times larger the result of an upscale task is than its source, in each direction. A profile that takes width and height gets the
    /// product; one that maps this name gets the factor itself.</summary>
    public const string Scale = "scale";

    /// <summary>Factor by which the number of frames grows, for interpolate profiles.</summary>
    public const string Multiplier = "multiplier";

    /// <summary>JSON text that describes the whole timeline, for workflows that read it.</summary>
    public const string TimelineJson = "timelineJson";
}
