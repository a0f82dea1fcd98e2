using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;

using Continuity.ComfyUI.Client;
using Continuity.Gpu;
using Continuity.Profiles;

namespace Continuity.ComfyUI.Workflows;

/// <summary>Fills the values of a task into a profile's workflow.</summary>
public static class PromptBuilder
{
    /// <summary>Key of <see cref="BuiltPrompt.Metadata"/>: the end picture had to be the start picture.</summary>
    public const string EndImageFallback = "flf2vFallback";

    /// <summary>Builds a prompt. The same arguments give the same prompt, unless it has to choose a seed.</summary>
    /// <param name="profile">The profile.</param>
    /// <param name="values">
    /// Input name, or <c>nodeId:inputName</c>, to value: a string, a number or a boolean. Pictures and videos by the name that
    /// <see cref="IComfyClient.UploadAsync"/> returned. The profile's defaults stand in for names that are missing here.
    /// </param>
    /// <param name="seed">The seed, unless <paramref name="values"/> has one; <see langword="null"/> to take the profile's, or else a random one.</param>
    /// <param name="filenamePrefix">Folder and name for what the workflow saves, new for every attempt, with forward slashes.</param>
    /// <returns>The prompt.</returns>
    /// <exception cref="WorkflowException">The workflow or the values cannot be used; every fault is told.</exception>
    public static BuiltPrompt Build(WorkflowProfile profile, IReadOnlyDictionary<string, JsonNode> values, long? seed, string filenamePrefix)
    {
        var building = new Building(profile, WorkflowFormat.Parse(profile.WorkflowJson));
        var all = Merge(profile, values, building);
        foreach (var (name, value) in all.Where(pair => pair.Key != InputNames.Seed).OrderBy(pair => pair.Key.Contains(':', StringComparison.Ordinal)))
        {
            building.Write(name, value, isDefault: !values.ContainsKey(name));
        }

        var written = building.WriteSeed(SeedOf(values, seed, all, building));
        building.WritePrefixes(FilenamePrefix.Clean(filenamePrefix));
        building.DropNulls();
        building.CheckFiles();
        return building.Faults.Count == 0
            ? new BuiltPrompt(building.Graph, written, building.NodeClasses(), building.Models(), [.. building.Warnings], building.Metadata.ToImmutable())
            : throw new WorkflowException([.. building.Faults]);
    }

    private static Dictionary<string, JsonNode> Merge(WorkflowProfile profile, IReadOnlyDictionary<string, JsonNode> values, Building building)
    {
        var all = new Dictionary<string, JsonNode>(StringComparer.Ordinal);
        foreach (var (name, json) in profile.Defaults)
        {
            try
            {
                if (JsonNode.Parse(json) is { } value)
                {
                    all[name] = value;
                }
            }
            catch (JsonException failure)
            {
                building.Faults.Add($"Profile {profile.Id}: the default of {name} is not well-formed JSON: {failure.Message}");
            }
        }

        foreach (var (name, value) in values)
        {
            if (value is not null)
            {
                all[name] = value;
            }
        }

        if (profile.Takes(InputNames.EndImage) && !all.ContainsKey(InputNames.EndImage) && all.TryGetValue(InputNames.StartImage, out var start))
        {
            all[InputNames.EndImage] = start;
            building.Metadata[EndImageFallback] = InputNames.StartImage;
        }

        return all;
    }

    private static long? SeedOf(IReadOnlyDictionary<string, JsonNode> values, long? seed, Dictionary<string, JsonNode> all, Building building)
    {
        if (seed is not null && !values.ContainsKey(InputNames.Seed))
        {
            return seed;
        }

        if (!all.TryGetValue(InputNames.Seed, out var value))
        {
            return null;
        }

        if (InputValue.Convert(value, JsonValue.Create(0L)) is JsonValue number && number.TryGetValue(out long whole) && whole >= 0)
        {
            return whole;
        }

        building.Faults.Add($"Expected a whole number of 0 or more as the seed, found {value.ToJsonString()}.");
        return null;
    }

    /// <summary>A prompt in the making.</summary>
    private sealed class Building(WorkflowProfile profile, JsonObject graph)
    {
        private static readonly ImmutableArray<string> SeedInputs = ["seed", "noise_seed"];

        public JsonObject Graph => graph;

        public List<string> Faults { get; } = [];

        public List<string> Warnings { get; } = [];

        public ImmutableDictionary<string, string>.Builder Metadata { get; } = ImmutableDictionary.CreateBuilder<string, string>();

        public void Write(string name, JsonNode value, bool isDefault)
        {
            if (profile.Takes(name))
            {
                foreach (var place in profile.Inputs[name])
                {
                    WriteAt(name, place, value);
                }
            }
            else if (name.Contains(':', StringComparison.Ordinal))
            {
                WriteAt(name, name, value);
            }
            else if (!isDefault)
            {
                Warnings.Add($"Profile {profile.Id} does not take the input {name}: its value is not used.");
            }
        }

        /// <summary>Writes the seed wherever one is drawn from; a workflow run twice with one seed would only give its cached result.</summary>
        public long? WriteSeed(long? seed)
        {
            var places = Nodes()
                .SelectMany(node => SeedInputs.Select(name => SeedPlace(node.Id, name, node.Inputs[name])))
                .Concat(profile.Inputs.GetValueOrDefault(InputNames.Seed, []).Select(text => InputPlace.TryParse(text, out var place) ? place : default))
                .Where(place => place != default)
                .Distinct()
                .ToArray();
            if (places.Length == 0)
            {
                return null;
            }

            var chosen = seed ?? SeedSource.Next();
            foreach (var place in places)
            {
                WriteAt(InputNames.Seed, place.ToString(), JsonValue.Create(chosen));
            }

            return chosen;
        }

        // A seed is a number at the sampler itself, or one that a primitive node hands to it.
        private InputPlace SeedPlace(string nodeId, string name, JsonNode? value)
        {
            if (value is JsonArray { Count: 2 } link && link[0] is JsonValue source && source.TryGetValue<string>(out var sourceId)
                && Graph[sourceId]?["inputs"] is JsonObject inputs && inputs["value"]?.GetValueKind() == JsonValueKind.Number)
            {
                return new InputPlace(sourceId, "value");
            }

            return value?.GetValueKind() == JsonValueKind.Number ? new InputPlace(nodeId, name) : default;
        }

        public void WritePrefixes(string prefix)
        {
            var savers = Nodes().Where(node => node.Inputs["filename_prefix"]?.GetValueKind() == JsonValueKind.String).ToArray();
            foreach (var saver in savers)
            {
                // Two savers of one prefix would count on in each other's numbers.
                saver.Inputs["filename_prefix"] = savers.Length == 1 ? prefix : $"{prefix}-{FilenamePrefix.Clean(saver.Id).Replace('/', '_')}";
            }
        }

        // ComfyUI takes a null for a value.
        public void DropNulls()
        {
            foreach (var node in Nodes())
            {
                foreach (var name in node.Inputs.Where(input => input.Value is null).Select(input => input.Key).ToArray())
                {
                    node.Inputs.Remove(name);
                }
            }
        }

        public void CheckFiles()
        {
            foreach (var (id, nodeClass, inputs) in Nodes())
            {
                foreach (var (name, value) in inputs)
                {
                    if (value?.GetValueKind() == JsonValueKind.String
                        && (WorkflowRules.IsMediaFileInput(nodeClass, name) || FaultClassifier.IsModelFile(value.GetValue<string>()))
                        && WorkflowRules.LeavesItsFolder(value.GetValue<string>()))
                    {
                        Faults.Add($"Node {id} ({nodeClass}), input {name}: the file name {value.ToJsonString()} leaves its folder. Use a name inside ComfyUI's folders.");
                    }
                }
            }
        }

        public ImmutableArray<string> NodeClasses() => [.. Nodes().Select(node => node.Class).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

        public ImmutableArray<ModelFile> Models() =>
        [
            .. Nodes()
                .SelectMany(node => node.Inputs.Select(input => (node.Class, Name: input.Key, input.Value)))
                .Where(input => input.Value?.GetValueKind() == JsonValueKind.String && FaultClassifier.IsModelFile(input.Value.GetValue<string>()))
                .Select(input => new ModelFile(input.Class, input.Name, input.Value!.GetValue<string>()))
                .Distinct(),
        ];

        private void WriteAt(string name, string text, JsonNode value)
        {
            if (!InputPlace.TryParse(text, out var place) || !place.TryFind(graph, out var nodeClass, out var inputs))
            {
                Faults.Add($"Profile {profile.Id}: the input {name} goes to {text}, but the workflow has no such node. Write nodeId:inputName.");
                return;
            }

            var present = inputs[place.InputName];
            if (InputValue.Convert(value, present) is not { } converted)
            {
                Faults.Add(
                    $"Node {place.NodeId} ({nodeClass}), input {place.InputName}: expected a value like {present?.ToJsonString() ?? "a text or a number"} "
                    + $"for {name}, found {value.ToJsonString()}.");
                return;
            }

            inputs[place.InputName] = converted;

            // Core's LoadVideo takes "file", older ones "video"; what a version does not know it passes over.
            if (nodeClass == "LoadVideo" && place.InputName is ("file" or "video"))
            {
                inputs[place.InputName == "file" ? "video" : "file"] = converted.DeepClone();
            }
        }

        private IEnumerable<(string Id, string Class, JsonObject Inputs)> Nodes() =>
            graph.Select(node => (node.Key, node.Value!["class_type"]!.GetValue<string>(), (JsonObject)node.Value["inputs"]!));
    }
}
