using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

using Continuity.ComfyUI.Client;
using Continuity.ComfyUI.Workflows;
using Continuity.Profiles;
using Continuity.Tasks;

namespace Continuity.ComfyUI.Profiles;

/// <summary>A thing about a profile that does not fit an instance.</summary>
/// <param name="Class"><see cref="FaultClass.Missing"/> for node classes and files that the instance lacks, <see cref="FaultClass.Validation"/> for wrong values.</param>
/// <param name="Message">What, where, and what to do.</param>
/// <param name="NodeId">The workflow's node.</param>
public sealed record ProfileProblem(FaultClass Class, string Message, string NodeId);

/// <summary>Compares profiles with what an instance has.</summary>
public static class ProfileChecker
{
    /// <summary>Finds what would make a profile fail on an instance, as far as its node definitions tell.</summary>
    /// <param name="profile">The profile.</param>
    /// <param name="catalogue">The instance's node classes.</param>
    /// <returns>The problems; empty when none were found.</returns>
    /// <exception cref="WorkflowException">The profile's workflow cannot be read.</exception>
    public static ImmutableArray<ProfileProblem> Check(WorkflowProfile profile, NodeCatalogue catalogue)
    {
        var graph = WorkflowFormat.Parse(profile.WorkflowJson);
        var filled = profile.Inputs.Where(input => !profile.Defaults.ContainsKey(input.Key)).SelectMany(input => input.Value).ToHashSet(StringComparer.Ordinal);
        return
        [
            .. graph.SelectMany(node => CheckNode(node.Key, node.Value!["class_type"]!.GetValue<string>(), (JsonObject)node.Value["inputs"]!, catalogue, filled)),
            .. CheckOutputs(graph, catalogue),
        ];
    }

    private static IEnumerable<ProfileProblem> CheckNode(string id, string nodeClass, JsonObject inputs, NodeCatalogue catalogue, HashSet<string> filled)
    {
        var where = $"Node {id} ({nodeClass})";
        if (!catalogue.Classes.TryGetValue(nodeClass, out var definition))
        {
            yield return new ProfileProblem(FaultClass.Missing, $"{where}: this ComfyUI has no node class {nodeClass}. Install the custom node that brings it, or update ComfyUI.", id);
            yield break;
        }

        foreach (var required in definition.Inputs.Values.Where(input => input.Required && !inputs.ContainsKey(input.Name)))
        {
            yield return new ProfileProblem(FaultClass.Validation, $"{where}: the required input {required.Name} is missing.", id);
        }

        foreach (var (name, value) in inputs)
        {
            // What a class does not know it passes over: the editor leaves such inputs in what it exports, and some classes make inputs as they go.
            if (definition.Inputs.TryGetValue(name, out var input) && CheckValue($"{where}, input {name}", id, input, value, filled.Contains($"{id}:{name}")) is { } problem)
            {
                yield return problem;
            }
        }
    }

    private static ProfileProblem? CheckValue(string where, string id, NodeInput input, JsonNode? value, bool isFilled)
    {
        if (WorkflowRules.IsLink(value) || value is null)
        {
            return null;
        }

        if (!input.TakesLiteral && input.AllowedValues is null)
        {
            return IsCoreLink(input.Type) ? new ProfileProblem(FaultClass.Validation, $"{where}: expected a link of type {input.Type}, found {value.ToJsonString()}.", id) : null;
        }

        if (input.AllowedValues is { } allowed)
        {
            // What a task fills in, and what users upload, is not there yet.
            var text = value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : value.ToJsonString();
            if (isFilled || input.IsUpload || allowed.Any(each => IsSame(each, text)))
            {
                return null;
            }

            return FaultClassifier.IsModelFile(text)
                ? new ProfileProblem(FaultClass.Missing, $"{where}: this ComfyUI does not have the file {text}. {Has(allowed)}", id)
                : new ProfileProblem(FaultClass.Validation, $"{where}: {text} is none of the values it takes. {Has(allowed)}", id);
        }

        if (input.Type is "INT" or "FLOAT" && !isFilled)
        {
            if (value.GetValueKind() != JsonValueKind.Number)
            {
                return new ProfileProblem(FaultClass.Validation, $"{where}: expected a number, found {value.ToJsonString()}.", id);
            }

            var number = double.Parse(value.ToJsonString(), CultureInfo.InvariantCulture);
            if (number < input.Minimum || number > input.Maximum)
            {
                return new ProfileProblem(FaultClass.Validation, $"{where}: expected {input.Minimum} to {input.Maximum}, found {value.ToJsonString()}.", id);
            }
        }

        return null;
    }

    private static IEnumerable<ProfileProblem> CheckOutputs(JsonObject graph, NodeCatalogue catalogue)
    {
        var classes = graph.Select(node => node.Value!["class_type"]!.GetValue<string>()).ToArray();
        if (classes.All(catalogue.Classes.ContainsKey) && !classes.Any(name => catalogue.Classes[name].IsOutput))
        {
            yield return new ProfileProblem(FaultClass.Validation, "The workflow has no output node: it would save nothing. Add SaveImage or SaveVideo.", "");
        }
    }

    // 1 and 1.0 are the same choice.
    private static bool IsSame(string allowed, string text) => allowed == text
        || (double.TryParse(allowed, CultureInfo.InvariantCulture, out var one) && double.TryParse(text, CultureInfo.InvariantCulture, out var other) && one == other);

    // Custom types such as lists that a user interface fills in are written in capitals too, but are not known here.
    private static bool IsCoreLink(string type) => type is "IMAGE" or "LATENT" or "MODEL" or "CLIP" or "VAE" or "CONDITIONING" or "MASK" or "VIDEO" or "AUDIO" or "UPSCALE_MODEL";

    private static string Has(ImmutableArray<string> allowed) => allowed.Length switch
    {
        0 => "It has none of that sort.",
        <= 12 => $"It has {string.Join(", ", allowed)}.",
        _ => $"It has {string.Join(", ", allowed.Take(12))} and {allowed.Length - 12} more.",
    };
}
