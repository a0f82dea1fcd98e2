using System.Collections.Immutable;
using System.Text.Json.Nodes;

using Continuity.Artifacts;

namespace Continuity.Grains.Tasks;

/// <summary>A task's inputs with everything looked up: plain values, and files by the name of their input.</summary>
internal sealed record ResolvedInputs(
    ImmutableDictionary<string, JsonNode> Values,
    ImmutableDictionary<string, ArtifactRef> Files,
    ImmutableDictionary<string, string> Metadata);
