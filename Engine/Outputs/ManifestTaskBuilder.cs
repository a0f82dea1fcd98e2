using System.Collections.Immutable;
using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;

using Continuity.Engine.Dags;
using Continuity.Pipelines;
using Continuity.Profiles;
using Continuity.Tasks;

namespace Continuity.Engine.Outputs;

/// <summary>Describes one task for the manifest.</summary>
internal static class ManifestTaskBuilder
{
    // The keys under which executors record facts about a result.
    private const string TransitionsAsCuts = "transitionsAsCuts";
    private const string Flf2vSource = "flf2vSource";
    private const string Flf2vFallback = "flf2vFallback";

    public static ManifestTask Build(TaskView task, IEnumerable<PlannedOutput> files, IReadOnlyDictionary<string, string> workflowHashes)
    {
        var (definition, row) = (task.Definition, task.Row);
        var facts = row.Result?.Metadata ?? ImmutableDictionary<string, string>.Empty;
        string[] named = [InputNames.Prompt, InputNames.NegativePrompt, InputNames.Seed];
        return new ManifestTask
        {
            Id = definition.Id,
            Kind = definition.Kind,
            Label = definition.Label,
            State = row.State,
            Scene = definition.SceneId,
            Shot = definition.ShotId,
            Profile = definition.ProfileId,
            WorkflowSha256 = workflowHashes.GetValueOrDefault(definition.ProfileId ?? ""),
            Prompt = Text(definition, InputNames.Prompt),
            NegativePrompt = Text(definition, InputNames.NegativePrompt),
            Seed = row.Attempt?.Seed ?? row.SeedOverride ?? (long.TryParse(Text(definition, InputNames.Seed), out var seed) ? seed : null),
            Inputs = definition.Inputs
                .Where(input => !named.Contains(input.Key, StringComparer.Ordinal))
                .ToImmutableSortedDictionary(input => input.Key, input => Describe(input.Value), StringComparer.Ordinal),
            Gpu = row.Attempt?.GpuId?.Value,
            Attempts = row.Attempts,
            Retries = row.Retries,
            StartedAt = row.StartedAt,
            CompletedAt = row.CompletedAt,
            Seconds = row.CompletedAt is { } end && row.StartedAt is { } start ? Math.Round((end - start).TotalSeconds, 3) : null,
            Files =
            [
                .. files.Select(file => new ManifestFile(file.Path, file.Output.Artifact.Sha256, file.Output.Artifact.Size, file.Output.Artifact.MediaType)),
            ],
            Transitions = Transitions(definition, facts.GetValueOrDefault(TransitionsAsCuts, "")),
            Flf2vSource = facts.GetValueOrDefault(Flf2vSource),
            Flf2vFallback = bool.TryParse(facts.GetValueOrDefault(Flf2vFallback), out var fallback) ? fallback : null,
            Metadata = facts.ToImmutableSortedDictionary(StringComparer.Ordinal),
            Fault = row.Fault?.Message,
        };
    }

    private static ImmutableArray<ManifestTransition> Transitions(TaskDefinition task, string madeCuts)
    {
        if (task.Timeline is not { Clips.IsDefaultOrEmpty: false } timeline)
        {
            return [];
        }

        // A list of names in any of the usual writings: with commas, or as a JSON array.
        var cuts = madeCuts
            .Split([',', ';', '[', ']', '"', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .ToHashSet(StringComparer.OrdinalIgnoreCase);
        return
        [
            .. timeline.Clips.Zip(timeline.Clips.Skip(1), (clip, next) => new ManifestTransition(
                clip.TaskId, next.TaskId, clip.Transition ?? "Cut", clip.Transition is not null && cuts.Contains(clip.Transition.Trim()))),
        ];
    }

    private static string? Text(TaskDefinition task, string name)
    {
        if (task.Inputs.GetValueOrDefault(name) is not TaskInput.Literal literal)
        {
            return null;
        }

        var value = Parse(literal.Json);
        return value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : value.ToJsonString();
    }

    private static JsonNode Describe(TaskInput input) => input switch
    {
        TaskInput.Literal literal => Parse(literal.Json),
        TaskInput.Stored stored => new JsonObject { ["sha256"] = stored.Artifact.Sha256 },
        TaskInput.FromTask from => new JsonObject
        {
            ["task"] = from.TaskId,
            ["output"] = TaskKinds.OutputsByName.First(pair => pair.Value == from.Output).Key,
            ["index"] = from.Index,
        },
        TaskInput.FirstOf choice => new JsonObject { ["firstOf"] = new JsonArray([.. choice.Choices.Select(Describe)]) },
        _ => throw new UnreachableException(),
    };

    private static JsonNode Parse(string json)
    {
        try
        {
            return JsonNode.Parse(json) ?? JsonValue.Create("");
        }
        catch (JsonException)
        {
            // A definition that was never validated: better shown as it is than not at all.
            return JsonValue.Create(json);
        }
    }
}
