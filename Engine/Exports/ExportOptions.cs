using System.Collections.Immutable;

using Continuity.Pipelines;

namespace Continuity.Engine.Exports;

/// <summary>What to make from a project. The defaults make a keyframe and a clip for every shot, and the film.</summary>
public sealed record ExportOptions
{
    /// <summary>Whether to make keyframes. Default: yes. Without them clips start from the pictures in the project.</summary>
    public bool Keyframes { get; init; } = true;

    /// <summary>Whether to make clips. Default: yes.</summary>
    public bool Videos { get; init; } = true;

    /// <summary>Whether to double the clips' size. Default: no.</summary>
    public bool Upscale { get; init; }

    /// <summary>
    /// Width and height of keyframes and clips in pixels, each a multiple of 16 from 16 to 16,384, for drafts; <see langword="null"/> leaves it to the profiles.
    /// </summary>
    public (int Width, int Height)? Size { get; init; }

    /// <summary>Whether to double the clips' frame rate. Default: no.</summary>
    public bool Interpolate { get; init; }

    /// <summary>
    /// Whether each shot starts from the last frame of the one before it in its scene. <see langword="null"/>, the default, does what each scene
    /// says, else what the project's settings say.
    /// </summary>
    public bool? Chain { get; init; }

    /// <summary>Retries a task. Default: 1.</summary>
    public int Retries { get; init; } = 1;

    /// <summary>Whether to join the clips to scenes and a film. Default: yes.</summary>
    public bool Film { get; init; } = true;

    /// <summary>Only these scenes; empty, the default, for all. Story order is kept.</summary>
    public ImmutableArray<string> SceneIds { get; init; } = [];

    /// <summary>Profile for keyframes; by default the project's where it is available, else <c>flux-t2i</c>.</summary>
    public string? ImageProfile { get; init; }

    /// <summary>
    /// Profile for clips; by default the project's where it is available, else <c>wan-i2v</c>, or one that takes an end picture where a scene needs it.
    /// </summary>
    public string? VideoProfile { get; init; }

    /// <summary>Profile for upscaling; by default <c>video-upscaler</c>.</summary>
    public string? UpscaleProfile { get; init; }

    /// <summary>Profile for interpolation; by default <c>rife-interpolation</c>.</summary>
    public string? InterpolateProfile { get; init; }

    /// <summary>Whether prompts are the shot's own words and nothing else. Default: no.</summary>
    public bool PlainPrompts { get; init; }

    /// <summary>The pipeline's tier. Default: normal.</summary>
    public PipelinePriority Priority { get; init; } = PipelinePriority.Normal;

    /// <summary>The pipeline's id; by default a new one.</summary>
    public PipelineId? PipelineId { get; init; }

    /// <summary>Mixed into every seed, to get another version of the whole film; <see langword="null"/> by default.</summary>
    public long? SeedBase { get; init; }
}
