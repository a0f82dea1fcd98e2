using System.Collections.Immutable;
using System.Text.Json;

using Continuity.Engine.Projects.Reading;
using Continuity.Profiles;

namespace Continuity.Engine.Dags;

/// <summary>Reads a profile that stands inside a DAG.</summary>
internal static class DagProfileBinder
{
    private const double MostGigabytes = 10_000;
    private const double BytesInGigabyte = 1e9;

    public static WorkflowProfile? Bind(string id, Element profile)
    {
        if (!profile.IsObject)
        {
            profile.Log.Fault(profile.Path, $"must be a profile, that is an object, not {profile.Kind}");
            return null;
        }

        DagKeys.Check(profile, "label", "kind", "inputs", "defaults", "minVramGb", "workflow");
        var kindName = profile.Text("kind");
        var kind = ProfileKind.Generic;
        if (kindName.Length > 0 && !TaskKinds.ProfilesByName.TryGetValue(kindName, out kind))
        {
            profile.Log.Fault($"{profile.Path}.kind", $"'{kindName}' is no kind of profile{Hints.Known(kindName, TaskKinds.ProfilesByName.Keys)}");
        }

        var workflow = profile.Object("workflow");
        if (workflow is null && !profile.Has("workflow"))
        {
            profile.Log.Fault($"{profile.Path}.workflow", "is missing; export the workflow from ComfyUI in API format and put it here");
        }

        return new WorkflowProfile
        {
            Id = id,
            Label = profile.Text("label"),
            Kind = kind,
            WorkflowJson = workflow?.Value.GetRawText() ?? "{}",
            Inputs = (profile.Object("inputs")?.Properties() ?? [])
                .ToImmutableDictionary(pair => pair.Name, pair => Places(pair.Value, workflow), StringComparer.Ordinal),
            Defaults = (profile.Object("defaults")?.Properties() ?? [])
                .ToImmutableDictionary(pair => pair.Name, pair => Default(pair.Value), StringComparer.Ordinal),
            MinVram = MinVram(profile),
        };
    }

    private static long? MinVram(Element profile)
    {
        if (profile.Get("minVramGb") is not { } value)
        {
            return null;
        }

        if (value.Value.ValueKind == JsonValueKind.Number && value.Value.GetDouble() is > 0 and <= MostGigabytes and var gigabytes)
        {
            return (long)(gigabytes * BytesInGigabyte);
        }

        value.Log.Fault(value.Path, $"must be a number of gigabytes above 0, up to {MostGigabytes}, not {value.Kind}");
        return null;
    }

    private static ImmutableArray<string> Places(Element input, Element? workflow)
    {
        var places = input.IsText ? [input] : input.Items().ToArray();
        if (places.Length == 0)
        {
            input.Log.Fault(input.Path, "must name at least one place, as 'nodeId:inputName'");
        }

        return [.. places.Select(place => Place(place, workflow)).OfType<string>()];
    }

    private static string? Place(Element place, Element? workflow)
    {
        var text = place.IsText ? place.Value.GetString()! : "";
        var colon = text.LastIndexOf(':');
        if (colon <= 0 || colon == text.Length - 1)
        {
            place.Log.Fault(place.Path, "must be a place as 'nodeId:inputName'");
            return null;
        }

        if (workflow is { } graph && !graph.Has(text[..colon]))
        {
            place.Log.Fault(place.Path, $"the workflow has no node '{text[..colon]}'");
        }

        return text;
    }

    private static string Default(Element value)
    {
        if (value.Value.ValueKind is JsonValueKind.Object or JsonValueKind.Array or JsonValueKind.Null)
        {
            value.Log.Fault(value.Path, $"must be a text, a number, true or false, not {value.Kind}");
            return "0";
        }

        return value.Value.GetRawText();
    }
}
