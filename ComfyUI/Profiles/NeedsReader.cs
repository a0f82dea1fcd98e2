using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;

using Continuity.ComfyUI.Client;
using Continuity.ComfyUI.Workflows;
using Continuity.Gpu;
using Continuity.Pipelines;
using Continuity.Profiles;
using Continuity.Tasks;

namespace Continuity.ComfyUI.Profiles;

/// <summary>Reads off a pipeline what its tasks will ask of a GPU, before any of them runs.</summary>
public static class NeedsReader
{
    /// <summary>Groups the tasks that run on GPUs by what they need. A task may name other model files than its profile, by an input or by writing to a node.</summary>
    /// <param name="definition">The pipeline.</param>
    /// <returns>The groups, in the order of their first tasks. Tasks whose workflow cannot be built are left out: what is wrong with them is said elsewhere.</returns>
    public static ImmutableArray<PreflightGroup> Read(PipelineDefinition definition)
    {
        var profiles = definition.Profiles.ToDictionary(profile => profile.Id, profile => new ProfileReading(profile), StringComparer.Ordinal);
        return
        [
            .. definition.Tasks
                .Where(task => task.ProfileId is not null && profiles.ContainsKey(task.ProfileId))
                .Select(task => (task.Id, Profile: profiles[task.ProfileId!], Models: profiles[task.ProfileId!].ModelsNamedBy(task)))
                .GroupBy(task => (task.Profile.Id, Key: KeyOf(task.Models)), task => task)
                .Select(group => (TaskIds: group.Select(task => task.Id), First: group.First()))
                .Select(group => (group.TaskIds, group.First.Profile, Needs: group.First.Profile.NeedsWith(group.First.Models)))
                .Where(group => group.Needs is not null)
                .Select(group => new PreflightGroup([.. group.TaskIds], group.Profile.Id, group.Needs!)),
        ];
    }

    private static string KeyOf(Dictionary<string, JsonNode> values) =>
        string.Join('\n', values.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}={pair.Value.ToJsonString()}"));

    /// <summary>One profile, with the inputs of it that name model files.</summary>
    private sealed class ProfileReading(WorkflowProfile profile)
    {
        private readonly HashSet<string> _modelInputs = ModelInputs(profile);

        public string Id => profile.Id;

        public Dictionary<string, JsonNode> ModelsNamedBy(TaskDefinition task) => task.Inputs
            .Select(input => (input.Key, Value: (input.Value as TaskInput.Literal)?.Json is { } json ? Parse(json) : null))
            .Where(input => input.Value is not null && (_modelInputs.Contains(input.Key) || IsModel(input.Value)))
            .ToDictionary(input => input.Key, input => input.Value!, StringComparer.Ordinal);

        public GpuNeeds? NeedsWith(Dictionary<string, JsonNode> models)
        {
            try
            {
                var prompt = PromptBuilder.Build(profile, models, seed: 0, "preflight");
                return new GpuNeeds(prompt.NodeClasses, prompt.Models, profile.MinVram ?? 0);
            }
            catch (WorkflowException)
            {
                return null;
            }
        }

        // Inputs that are written to where the workflow names a model file, by name or by place.
        private static HashSet<string> ModelInputs(WorkflowProfile profile)
        {
            try
            {
                var graph = WorkflowFormat.Parse(profile.WorkflowJson);
                var places = graph
                    .SelectMany(node => ((JsonObject)node.Value!["inputs"]!).Where(input => IsModel(input.Value)).Select(input => $"{node.Key}:{input.Key}"))
                    .ToHashSet(StringComparer.Ordinal);
                return [.. profile.Inputs.Where(input => input.Value.Any(places.Contains)).Select(input => input.Key), .. places];
            }
            catch (WorkflowException)
            {
                return [];
            }
        }

        private static bool IsModel(JsonNode? value) => value?.GetValueKind() == JsonValueKind.String && FaultClassifier.IsModelFile(value.GetValue<string>());

        private static JsonNode? Parse(string json)
        {
            try
            {
                return JsonNode.Parse(json);
            }
            catch (JsonException)
            {
                return null;
            }
        }
    }
}
