using System.Collections.Immutable;

using Continuity.Artifacts;

namespace Continuity.Engine.Projects;

/// <summary>A director's project: the story, its scenes and shots, and the pictures made so far.</summary>
public sealed record Project
{
    /// <summary>Version that the file gives, as text; empty when it gives none. Nothing depends on it.</summary>
    public string Version { get; init; } = "";

    /// <summary>The story.</summary>
    public StoryBible StoryBible { get; init; } = new();

    /// <summary>The style of the whole film, in words; may be empty.</summary>
    public string DirectorsVision { get; init; } = "";

    /// <summary>Scenes in story order.</summary>
    public ImmutableArray<Scene> Scenes { get; init; } = [];

    /// <summary>Pictures by scene id.</summary>
    public ImmutableDictionary<string, SceneImages> SceneImages { get; init; } = ImmutableDictionary<string, SceneImages>.Empty;

    /// <summary>Pictures by shot id.</summary>
    public ImmutableDictionary<string, ArtifactRef> ShotImages { get; init; } = ImmutableDictionary<string, ArtifactRef>.Empty;

    /// <summary>Settings that travel with the project.</summary>
    public LocalGenSettings Settings { get; init; } = new();
}

/// <summary>The pictures of a scene: one to start from, and one to end at in a bookend scene.</summary>
/// <param name="Start">The active picture, also the first frame of a bookend scene.</param>
/// <param name="End">The last frame of a bookend scene.</param>
public sealed record SceneImages(ArtifactRef? Start, ArtifactRef? End);

/// <summary>The story in words. Every text may be empty.</summary>
public sealed record StoryBible
{
    /// <summary>The story in one sentence.</summary>
    public string Logline { get; init; } = "";

    /// <summary>Who takes part.</summary>
    public string Characters { get; init; } = "";

    /// <summary>Where and when it plays.</summary>
    public string Setting { get; init; } = "";

    /// <summary>What happens.</summary>
    public string PlotOutline { get; init; } = "";

    /// <summary>The genre, where the file has one.</summary>
    public string Genre { get; init; } = "";

    /// <summary>The arcs of the story, by id.</summary>
    public ImmutableDictionary<string, HeroArc> HeroArcs { get; init; } = ImmutableDictionary<string, HeroArc>.Empty;
}

/// <summary>One arc of the story.</summary>
/// <param name="Id">The arc.</param>
/// <param name="Name">Its name.</param>
/// <param name="Summary">What happens in it.</param>
/// <param name="EmotionalShift">How the mood moves.</param>
public sealed record HeroArc(string Id, string Name, string Summary, string EmotionalShift);
