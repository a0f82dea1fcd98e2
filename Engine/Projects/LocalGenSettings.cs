using System.Collections.Immutable;

namespace Continuity.Engine.Projects;

/// <summary>The settings that travel with a project, as far as they matter for rendering.</summary>
public sealed record LocalGenSettings
{
    /// <summary>Profile for keyframes; <see langword="null"/> when none is chosen.</summary>
    public string? ImageWorkflowProfile { get; init; }

    /// <summary>Profile for videos; <see langword="null"/> when none is chosen.</summary>
    public string? VideoWorkflowProfile { get; init; }

    /// <summary>Profile for the videos of chained scenes; <see langword="null"/> when none is chosen.</summary>
    public string? SceneChainedWorkflowProfile { get; init; }

    /// <summary>Profile for the videos of bookend scenes; <see langword="null"/> when none is chosen.</summary>
    public string? SceneBookendWorkflowProfile { get; init; }

    /// <summary>Whether each shot starts where the one before it ended: <c>featureFlags.enableFLF2V</c>; off when the file does not say.</summary>
    public bool EnableFlf2v { get; init; }

    /// <summary>The profiles in the file, in its order.</summary>
    public ImmutableArray<ProjectProfile> Profiles { get; init; } = [];
}

/// <summary>A workflow profile as a project or settings file holds it, not yet checked or converted.</summary>
/// <param name="Id">The profile's id.</param>
/// <param name="Label">Name for people; may be empty.</param>
/// <param name="WorkflowJson">The workflow as JSON text: API format, wrapped in <c>prompt</c>, or with <c>nodes</c>.</param>
/// <param name="Mapping"><c>nodeId:inputName</c> to what is written there, such as <c>human_readable_prompt</c>.</param>
/// <param name="Category">Category, such as <c>keyframe</c> or <c>video</c>; <see langword="null"/> when not given.</param>
public sealed record ProjectProfile(string Id, string Label, string WorkflowJson, ImmutableDictionary<string, string> Mapping, string? Category);
