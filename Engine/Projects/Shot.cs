using System.Collections.Immutable;

using Continuity.Artifacts;

namespace Continuity.Engine.Projects;

/// <summary>A shot of a scene.</summary>
public sealed record Shot
{
    /// <summary>The shot's id: any text, unique in its scene.</summary>
    public required string Id { get; init; }

    /// <summary>Its title; may be empty.</summary>
    public string Title { get; init; } = "";

    /// <summary>What happens in it.</summary>
    public string Description { get; init; } = "";

    /// <summary>What is seen in it, worded for an image model; preferred over the description when not empty.</summary>
    public string VisualPrompt { get; init; } = "";

    /// <summary>What the shot is for; may be empty.</summary>
    public string Purpose { get; init; } = "";

    /// <summary>The story arc it belongs to; may be empty.</summary>
    public string ArcName { get; init; } = "";

    /// <summary>Its first frame, where the project holds one.</summary>
    public ArtifactRef? KeyframeStart { get; init; }

    /// <summary>Its last frame, where the project holds one.</summary>
    public ArtifactRef? KeyframeEnd { get; init; }

    /// <summary>A clip made earlier, where the project holds one.</summary>
    public ArtifactRef? GeneratedVideo { get; init; }

    /// <summary>What else the file says about it: key to JSON text. Values of more than 16 KB are left out.</summary>
    public ImmutableDictionary<string, string> Extra { get; init; } = ImmutableDictionary<string, string>.Empty;
}

/// <summary>What the director picked for a shot from the lists of the craft. Every list may be empty.</summary>
public sealed record ShotEnhancers
{
    /// <summary>Size of the shot, such as <c>Wide Shot</c>.</summary>
    public ImmutableArray<string> Framing { get; init; } = [];

    /// <summary>Movement of the camera.</summary>
    public ImmutableArray<string> Movement { get; init; } = [];

    /// <summary>The lens.</summary>
    public ImmutableArray<string> Lens { get; init; } = [];

    /// <summary>The pace.</summary>
    public ImmutableArray<string> Pacing { get; init; } = [];

    /// <summary>The light.</summary>
    public ImmutableArray<string> Lighting { get; init; } = [];

    /// <summary>The mood.</summary>
    public ImmutableArray<string> Mood { get; init; } = [];

    /// <summary>Visual effects.</summary>
    public ImmutableArray<string> Vfx { get; init; } = [];

    /// <summary>Story beats to stress.</summary>
    public ImmutableArray<string> PlotEnhancements { get; init; } = [];
}
