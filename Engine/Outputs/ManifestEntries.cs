using System.Collections.Immutable;
using System.Text.Json.Nodes;

using Continuity.Pipelines;
using Continuity.Profiles;
using Continuity.Tasks;

namespace Continuity.Engine.Outputs;

/// <summary>The pipeline of a manifest.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Name">Its name.</param>
/// <param name="Status">Where it stood.</param>
/// <param name="Version">How many changes it had seen.</param>
/// <param name="CreatedAt">When it was accepted.</param>
/// <param name="UpdatedAt">When it last changed.</param>
public sealed record ManifestPipeline(string Id, string Name, PipelineStatus Status, long Version, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt);

/// <summary>A profile that was used.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Kind">What it makes.</param>
/// <param name="WorkflowSha256">SHA-256 of its workflow's JSON text: 64 lower-case hexadecimal digits.</param>
public sealed record ManifestProfile(string Id, ProfileKind Kind, string WorkflowSha256);

/// <summary>How a task was done.</summary>
public sealed record ManifestTask
{
    /// <summary>The task.</summary>
    public required string Id { get; init; }

    /// <summary>What it does.</summary>
    public required TaskKind Kind { get; init; }

    /// <summary>Its name for people.</summary>
    public required string Label { get; init; }

    /// <summary>Where it stood.</summary>
    public required TaskState State { get; init; }

    /// <summary>Its scene, where there is one.</summary>
    public string? Scene { get; init; }

    /// <summary>Its shot, where there is one.</summary>
    public string? Shot { get; init; }

    /// <summary>Its workflow profile.</summary>
    public string? Profile { get; init; }

    /// <summary>SHA-256 of the profile's workflow, where the profile was at hand.</summary>
    public string? WorkflowSha256 { get; init; }

    /// <summary>What it was to show.</summary>
    public string? Prompt { get; init; }

    /// <summary>What it was not to show.</summary>
    public string? NegativePrompt { get; init; }

    /// <summary>The seed that was sent last, else the planned one.</summary>
    public long? Seed { get; init; }

    /// <summary>Every other input: a value, <c>{"sha256"}</c>, <c>{"task","output","index"}</c> or <c>{"firstOf"}</c>.</summary>
    public ImmutableSortedDictionary<string, JsonNode> Inputs { get; init; } = ImmutableSortedDictionary<string, JsonNode>.Empty;

    /// <summary>The GPU of the last attempt.</summary>
    public string? Gpu { get; init; }

    /// <summary>Attempts begun.</summary>
    public int Attempts { get; init; }

    /// <summary>Retries used.</summary>
    public int Retries { get; init; }

    /// <summary>When the first attempt began.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When it ended.</summary>
    public DateTimeOffset? CompletedAt { get; init; }

    /// <summary>Seconds between the two, waiting between attempts included.</summary>
    public double? Seconds { get; init; }

    /// <summary>Its files.</summary>
    public ImmutableArray<ManifestFile> Files { get; init; } = [];

    /// <summary>For a film: how its clips follow each other.</summary>
    public ImmutableArray<ManifestTransition> Transitions { get; init; } = [];

    /// <summary>For a chained clip: <c>last-frame</c> or <c>keyframe</c>, the picture it started from.</summary>
    public string? Flf2vSource { get; init; }

    /// <summary>For a chained clip: whether the last frame could not be had.</summary>
    public bool? Flf2vFallback { get; init; }

    /// <summary>Every fact recorded with the result.</summary>
    public ImmutableSortedDictionary<string, string> Metadata { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Why it failed or was skipped, where it was.</summary>
    public string? Fault { get; init; }
}

/// <summary>A file that a task made.</summary>
/// <param name="Path">Where it is, relative to the manifest.</param>
/// <param name="Sha256">SHA-256 of its content: 64 lower-case hexadecimal digits.</param>
/// <param name="Size">Length in bytes.</param>
/// <param name="MediaType">MIME type.</param>
public sealed record ManifestFile(string Path, string Sha256, long Size, string MediaType);

/// <summary>How one clip of a film follows another.</summary>
/// <param name="After">The task of the clip before.</param>
/// <param name="Before">The task of the clip after.</param>
/// <param name="Name">The transition as the project names it; <c>Cut</c> where it names none.</param>
/// <param name="MadeACut">Whether it was asked for but rendered as a plain cut.</param>
public sealed record ManifestTransition(string After, string Before, string Name, bool MadeACut);
