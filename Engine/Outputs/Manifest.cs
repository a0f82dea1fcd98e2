using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

using Continuity.Pipelines;
using Continuity.Profiles;

namespace Continuity.Engine.Outputs;

/// <summary>How every output was made, so that it can be made again: the content of <c>manifest.json</c>.</summary>
public sealed record Manifest
{
    /// <summary>The usual file name.</summary>
    public const string FileName = "manifest.json";

    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        // Prompts in any language stay readable; the file is never put into a web page.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Version of the format.</summary>
    public int Version { get; init; } = 1;

    /// <summary>The pipeline.</summary>
    public required ManifestPipeline Pipeline { get; init; }

    /// <summary>The scenes in story order.</summary>
    public ImmutableArray<SceneInfo> Scenes { get; init; } = [];

    /// <summary>The profiles that were used, as far as they were at hand.</summary>
    public ImmutableArray<ManifestProfile> Profiles { get; init; } = [];

    /// <summary>Every task.</summary>
    public ImmutableArray<ManifestTask> Tasks { get; init; } = [];

    /// <summary>What was told when the pipeline was submitted.</summary>
    public ImmutableArray<string> Warnings { get; init; } = [];

    /// <summary>Describes a pipeline.</summary>
    /// <param name="pipeline">The pipeline.</param>
    /// <param name="plan">Where its outputs are.</param>
    /// <param name="profiles">The profiles it used, for the hashes of their workflows; empty when they are not at hand.</param>
    /// <returns>The description.</returns>
    public static Manifest Build(PipelineSnapshot pipeline, ImmutableArray<PlannedOutput> plan, IEnumerable<WorkflowProfile> profiles)
    {
        ArgumentNullException.ThrowIfNull(pipeline);
        ArgumentNullException.ThrowIfNull(profiles);
        var summary = pipeline.Summary;
        ImmutableArray<ManifestProfile> described =
        [
            .. profiles
                .DistinctBy(profile => profile.Id, StringComparer.Ordinal)
                .OrderBy(profile => profile.Id, StringComparer.Ordinal)
                .Select(profile => new ManifestProfile(
                    profile.Id, profile.Kind, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(profile.WorkflowJson))))),
        ];
        var hashes = described.ToDictionary(profile => profile.Id, profile => profile.WorkflowSha256, StringComparer.Ordinal);
        var files = plan.ToLookup(output => output.TaskId, StringComparer.Ordinal);
        return new Manifest
        {
            Pipeline = new ManifestPipeline(summary.Id.Value, summary.Name, summary.Status, summary.Version, summary.CreatedAt, summary.UpdatedAt),
            Scenes = pipeline.Scenes,
            Profiles = described,
            Tasks = [.. pipeline.Tasks.Select(task => ManifestTaskBuilder.Build(task, files[task.Definition.Id], hashes))],
            Warnings = pipeline.Warnings,
        };
    }

    /// <summary>Reads what <see cref="ToJson"/> wrote.</summary>
    /// <param name="json">UTF-8 text.</param>
    /// <returns>The manifest.</returns>
    /// <exception cref="JsonException">The text is no manifest.</exception>
    public static Manifest FromJson(ReadOnlySpan<byte> json) =>
        JsonSerializer.Deserialize<Manifest>(json, Format) ?? throw new JsonException("The manifest is null.");

    /// <summary>Writes it as indented JSON.</summary>
    /// <returns>UTF-8 text.</returns>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, Format);
}
