using System.Text.Json;
using System.Text.Json.Nodes;

using Continuity.ComfyUI.Client;
using Continuity.ComfyUI.Workflows;
using Continuity.Gpu;
using Continuity.Profiles;
using Continuity.Tasks;

namespace Continuity.ComfyUI.Profiles;

/// <summary>One profile, with the inputs of it that name model files, and those that run time goes with.</summary>
internal sealed class ProfileReading(WorkflowProfile profile)
{
    private readonly HashSet<string> _modelInputs = ModelInputs(profile);
    private readonly HashSet<string> _sizeInputs = [.. profile.Inputs.Where(input => input.Value.Any(IsSizePlace)).Select(input => input.Key)];

    public string Id => profile.Id;

    public Dictionary<string, JsonNode> ModelsNamedBy(TaskDefinition task) => task.Inputs
        .Select(input => (input.Key, Value: (input.Value as TaskInput.Literal)?.Json is { } json ? Parse(json) : null))
        .Where(input => input.Value is not null && (_modelInputs.Contains(input.Key) || IsModel(input.Value)))
        .ToDictionary(input => input.Key, input => input.Value!, StringComparer.Ordinal);

    /// <summary>The inputs that tell tasks of this profile apart by what they need or how long they take.</summary>
    public Dictionary<string, JsonNode> WorkNamedBy(TaskDefinition task)
    {
        var values = ModelsNamedBy(task);
        foreach (var (name, input) in task.Inputs)
        {
            if (input is TaskInput.Literal { Json: var json } && (_sizeInputs.Contains(name) || IsSizePlace(name)) && Parse(json) is { } value)
            {
                values[name] = value;
            }
        }

        return values;
    }

    public GpuWork? WorkWith(Dictionary<string, JsonNode> values)
    {
        try
        {
            var prompt = PromptBuilder.Build(profile, values, seed: 0, "work");
            return new GpuWork(Ticket.WorkOf(profile.Id, WorkSize.Of(prompt.Graph)), new GpuNeeds(prompt.NodeClasses, prompt.Models, profile.MinVram ?? 0));
        }
        catch (WorkflowException)
        {
            return null;
        }
    }

    public GpuNeeds? NeedsWith(Dictionary<string, JsonNode> models) => WorkWith(models)?.Needs;

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

    private static bool IsSizePlace(string text) => InputPlace.TryParse(text, out var place) && WorkSize.Counts(place.InputName);

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
