using System.Collections.Immutable;

using Continuity.Artifacts;

namespace Continuity.Engine.Projects;

/// <summary>A scene of a project.</summary>
public sealed record Scene
{
    /// <summary>The scene's id: any text, unique in the project.</summary>
    public required string Id { get; init; }

    /// <summary>Its title; may be empty.</summary>
    public string Title { get; init; } = "";

    /// <summary>What happens in it; may be empty.</summary>
    public string Summary { get; init; } = "";

    /// <summary>The story arc it belongs to; may be empty.</summary>
    public string HeroArcName { get; init; } = "";

    /// <summary>What the arc is about; may be empty.</summary>
    public string HeroArcSummary { get; init; } = "";

    /// <summary>What the scene is for; may be empty.</summary>
    public string Purpose { get; init; } = "";

    /// <summary>Whether the scene has a first and a last frame of its own.</summary>
    public KeyframeMode KeyframeMode { get; init; }

    /// <summary>The first frame, where the scene itself holds one.</summary>
    public ArtifactRef? KeyframeStart { get; init; }

    /// <summary>The last frame, where the scene itself holds one.</summary>
    public ArtifactRef? KeyframeEnd { get; init; }

    /// <summary>What is seen at its beginning and at its end.</summary>
    public TemporalContext? TemporalContext { get; init; }

    /// <summary>
    /// Whether each shot starts where the one before it ended, when the scene says so itself: <c>"metadata": { "chain": true }</c>, an addition of ours that
    /// other readers of the file ignore.
    /// </summary>
    public bool? Chain { get; init; }

    /// <summary>Its shots; <see langword="null"/> for a scene that has not been broken down yet.</summary>
    public ProjectTimeline? Timeline { get; init; }

    /// <summary>What else the file says about it: key to JSON text. Values of more than 16 KB are left out.</summary>
    public ImmutableDictionary<string, string> Extra { get; init; } = ImmutableDictionary<string, string>.Empty;
}

/// <summary>How a scene's pictures are meant.</summary>
public enum KeyframeMode
{
    /// <summary>One picture to start from.</summary>
    Single,

    /// <summary>A first and a last frame.</summary>
    Bookend,
}

/// <summary>What is seen at a scene's beginning and at its end.</summary>
/// <param name="StartMoment">The beginning, in words.</param>
/// <param name="EndMoment">The end, in words.</param>
/// <param name="Duration">Length in seconds, where one is wished for.</param>
public sealed record TemporalContext(string StartMoment, string EndMoment, double? Duration);

/// <summary>The shots of a scene and how they follow each other.</summary>
public sealed record ProjectTimeline
{
    /// <summary>Shots in story order.</summary>
    public ImmutableArray<Shot> Shots { get; init; } = [];

    /// <summary>What the director picked for a shot, by shot id.</summary>
    public ImmutableDictionary<string, ShotEnhancers> Enhancers { get; init; } = ImmutableDictionary<string, ShotEnhancers>.Empty;

    /// <summary>Transitions: the one at <c>i</c> stands between shot <c>i</c> and <c>i + 1</c>; <see langword="null"/> where none is named.</summary>
    public ImmutableArray<string?> Transitions { get; init; } = [];

    /// <summary>What must not be seen; may be empty.</summary>
    public string NegativePrompt { get; init; } = "";
}
