using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;

using Continuity.ComfyUI.Workflows;
using Continuity.Profiles;

namespace Continuity.ComfyUI.Profiles;

/// <summary>Reads one profile folder and notes every fault with its file and its place in it.</summary>
internal sealed class ProfileReader(string directory, List<string> faults)
{
    public const string ProfileFile = "profile.json";
    public const string WorkflowFile = "workflow.json";

    private const double MostGigabytes = 10_000;
    internal const double BytesInGigabyte = 1e9;

    private static readonly ImmutableSortedSet<string> Members = ["id", "label", "kind", "inputs", "defaults", "description", "minVramGb", "$schema"];

    public WorkflowProfile? Read()
    {
        var before = faults.Count;
        if (ReadObject(ProfileFile) is not { } profile)
        {
            return null;
        }

        var graph = ReadGraph(out var workflowJson);
        foreach (var (name, _) in profile.Where(member => !Members.Contains(member.Key)))
        {
            Fault(ProfileFile, name, $"is not known. Expected one of {string.Join(", ", Members)}.");
        }

        var id = Text(profile, "id") ?? Path.GetFileName(Path.TrimEndingDirectorySeparator(directory));
        if (id.Length == 0 || !id.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.'))
        {
            Fault(ProfileFile, "id", $"must be made of letters, digits, hyphens, dots and underscores, found “{id}”.");
        }

        var result = new WorkflowProfile
        {
            Id = id,
            Label = Text(profile, "label") ?? id,
            Kind = Kind(profile),
            WorkflowJson = workflowJson,
            Inputs = Inputs(profile, graph),
            Defaults = Defaults(profile, graph),
            MinVram = MinVram(profile),
        };
        return faults.Count == before ? result : null;
    }

    private JsonObject? ReadGraph(out string workflowJson)
    {
        workflowJson = "";
        if (ReadText(WorkflowFile) is not { } text)
        {
            return null;
        }

        try
        {
            var graph = WorkflowFormat.Parse(text);
            workflowJson = graph.ToJsonString();
            return graph;
        }
        catch (WorkflowException failure)
        {
            faults.AddRange(failure.Faults.Select(fault => $"{PathOf(WorkflowFile)}: {fault}"));
            return null;
        }
    }

    private ProfileKind Kind(JsonObject profile)
    {
        var text = Text(profile, "kind") ?? "generic";
        switch (text)
        {
            case "keyframe": return ProfileKind.Keyframe;
            case "video": return ProfileKind.Video;
            case "upscale": return ProfileKind.Upscale;
            case "interpolate": return ProfileKind.Interpolate;
            case "generic": return ProfileKind.Generic;
            default:
                Fault(ProfileFile, "kind", $"must be keyframe, video, upscale, interpolate or generic, found “{text}”.");
                return ProfileKind.Generic;
        }
    }

    // In decimal gigabytes: a card that is sold as one of 12 GB has a little less than 12 of the binary ones.
    private long? MinVram(JsonObject profile)
    {
        if (!profile.TryGetPropertyValue("minVramGb", out var value))
        {
            return null;
        }

        if (value is JsonValue number && number.TryGetValue(out double gigabytes) && gigabytes is > 0 and <= MostGigabytes)
        {
            return (long)(gigabytes * BytesInGigabyte);
        }

        Fault(ProfileFile, "minVramGb", $"must be a number of gigabytes above 0, up to {MostGigabytes}, found {value?.ToJsonString() ?? "null"}.");
        return null;
    }

    private ImmutableDictionary<string, ImmutableArray<string>> Inputs(JsonObject profile, JsonObject? graph)
    {
        var inputs = ImmutableDictionary.CreateBuilder<string, ImmutableArray<string>>();
        foreach (var (name, value) in Object(profile, "inputs"))
        {
            // One place may stand without its list.
            var places = (value is JsonArray list ? [.. list] : new[] { value }).Select(place => AsText(place)).ToArray();
            for (var index = 0; index < places.Length; index++)
            {
                CheckPlace($"inputs.{name}[{index}]", places[index], graph);
            }

            inputs[name] = [.. places.OfType<string>()];
        }

        return inputs.ToImmutable();
    }

    private void CheckPlace(string path, string? text, JsonObject? graph)
    {
        if (text is null || !InputPlace.TryParse(text, out var place))
        {
            Fault(ProfileFile, path, $"must be a text like “6:text” (node id, colon, input), found {text ?? "something else"}.");
        }
        else if (graph is not null && !place.TryFind(graph, out _, out _))
        {
            Fault(ProfileFile, path, $"names node {place.NodeId}, which {WorkflowFile} does not have.");
        }
        else if (graph is not null && place.TryFind(graph, out var nodeClass, out var inputs) && !inputs.ContainsKey(place.InputName) && !IsLoadVideo(nodeClass, place))
        {
            Fault(ProfileFile, path, $"names input {place.InputName}, which node {place.NodeId} ({nodeClass}) does not have. It has {string.Join(", ", inputs.Select(input => input.Key))}.");
        }
    }

    private ImmutableDictionary<string, string> Defaults(JsonObject profile, JsonObject? graph)
    {
        var known = Object(profile, "inputs").Select(input => input.Key).ToHashSet(StringComparer.Ordinal);
        var defaults = ImmutableDictionary.CreateBuilder<string, string>();
        foreach (var (name, value) in Object(profile, "defaults"))
        {
            if (value is null)
            {
                Fault(ProfileFile, $"defaults.{name}", "must have a value, found null. Leave it out instead.");
                continue;
            }

            if (!known.Contains(name) && !(name.Contains(':', StringComparison.Ordinal) && Exists(name, graph)))
            {
                Fault(ProfileFile, $"defaults.{name}", "is the default of an input that inputs does not have.");
            }

            defaults[name] = value.ToJsonString();
        }

        return defaults.ToImmutable();
    }

    private JsonObject? ReadObject(string file)
    {
        if (ReadText(file) is not { } text)
        {
            return null;
        }

        try
        {
            if (JsonNode.Parse(text, documentOptions: WorkflowFormat.ReadOptions) is JsonObject members)
            {
                return members;
            }

            faults.Add($"{PathOf(file)}: expected a JSON object, found something else.");
        }
        catch (JsonException failure)
        {
            faults.Add($"{PathOf(file)}: not well-formed JSON: {failure.Message}");
        }

        return null;
    }

    private string? ReadText(string file)
    {
        try
        {
            return File.ReadAllText(PathOf(file));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            faults.Add($"{PathOf(file)}: cannot be read: {failure.Message}");
            return null;
        }
    }

    private string? Text(JsonObject members, string name)
    {
        if (!members.TryGetPropertyValue(name, out var value))
        {
            return null;
        }

        if (AsText(value) is { } text)
        {
            return text;
        }

        Fault(ProfileFile, name, "must be a text.");
        return null;
    }

    private JsonObject Object(JsonObject members, string name)
    {
        switch (members[name])
        {
            case JsonObject found:
                return found;
            case null when !members.ContainsKey(name):
                return [];
            default:
                if (!faults.Any(fault => fault.StartsWith($"{PathOf(ProfileFile)}: $.{name} ", StringComparison.Ordinal)))
                {
                    Fault(ProfileFile, name, "must be an object.");
                }

                return [];
        }
    }

    private void Fault(string file, string path, string what) => faults.Add($"{PathOf(file)}: $.{path} {what}");

    private string PathOf(string file) => Path.Combine(directory, file);

    private static bool Exists(string text, JsonObject? graph) => InputPlace.TryParse(text, out var place) && (graph is null || place.TryFind(graph, out _, out _));

    private static bool IsLoadVideo(string nodeClass, InputPlace place) => nodeClass == "LoadVideo" && place.InputName is ("file" or "video");

    private static string? AsText(JsonNode? value) => value is JsonValue text && text.TryGetValue(out string? result) ? result : null;
}
