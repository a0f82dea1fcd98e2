using System.Collections.Immutable;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

using Continuity.ComfyUI.Client;
using Continuity.ComfyUI.Workflows;
using Continuity.Profiles;

namespace Continuity.ComfyUI.Profiles;

/// <summary>A workflow profile as gemDirect1's settings file has it.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Label">Its name for people.</param>
/// <param name="WorkflowJson">The workflow as JSON text.</param>
/// <param name="Mapping"><c>nodeId:inputName</c> to the kind of value, such as <c>human_readable_prompt</c>; empty to have it guessed.</param>
/// <param name="Category"><c>keyframe</c>, <c>video</c>, <c>upscaler</c> and others; <see langword="null"/> to have it guessed.</param>
public sealed record ImportedProfile(
    string Id, string Label, string WorkflowJson, ImmutableDictionary<string, string> Mapping, string? Category = null);

/// <summary>What an import gave.</summary>
/// <param name="Profile">The profile; <see langword="null"/> when it cannot be used.</param>
/// <param name="Warnings">What was left out or guessed, or why it cannot be used, in words.</param>
public sealed record ProfileImport(WorkflowProfile? Profile, ImmutableArray<string> Warnings);

/// <summary>Turns the workflow profiles of gemDirect1's settings into profiles of ours.</summary>
public static class ProfileImporter
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Converts one profile.</summary>
    /// <param name="source">The profile.</param>
    /// <returns>The converted profile and what there is to say about it.</returns>
    public static ProfileImport Import(ImportedProfile source)
    {
        JsonObject graph;
        try
        {
            graph = WorkflowFormat.Parse(source.WorkflowJson);
        }
        catch (WorkflowException failure)
        {
            return new ProfileImport(null, [.. failure.Faults.Select(fault => $"{source.Id}: {fault}")]);
        }

        var warnings = new List<string>();
        var places = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        foreach (var (place, kind) in source.Mapping.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            if (InputNameOf(kind) is { } name && Exists(graph, place, source.Id, warnings))
            {
                Add(places, name, place);
            }
        }

        // The settings' own rule: what is mapped stays, what is not is looked for.
        foreach (var (name, place) in ImportGuesses.Of(graph).Where(guess => !source.Mapping.ContainsKey(guess.Place)))
        {
            if (!places.ContainsKey(name))
            {
                Add(places, name, place);
            }
        }

        // Numbers could not be mapped there; here they can, wherever a node's input has the usual name.
        foreach (var (name, place) in ImportGuesses.Numbers(graph))
        {
            Add(places, name, place);
        }

        var profile = new WorkflowProfile
        {
            Id = source.Id,
            Label = source.Label.Length > 0 ? source.Label : source.Id,
            Kind = ImportGuesses.KindOf(graph, source.Category, places.Keys),
            WorkflowJson = graph.ToJsonString(),
            Inputs = places.ToImmutableDictionary(pair => pair.Key, pair => pair.Value.ToImmutableArray()),
        };
        return new ProfileImport(profile, [.. warnings]);
    }

    /// <summary>Converts every entry of <c>workflowProfiles</c> of a settings file.</summary>
    /// <param name="settingsJson">The text of <c>localGenSettings.json</c>.</param>
    /// <returns>One import for each entry, in order of their ids.</returns>
    /// <exception cref="WorkflowException">The text is not such a settings file.</exception>
    public static ImmutableArray<ProfileImport> ImportSettings(string settingsJson)
    {
        try
        {
            using var document = JsonDocument.Parse(settingsJson);
            return document.RootElement.Property("workflowProfiles") is { ValueKind: JsonValueKind.Object } entries
                ? [.. entries.EnumerateObject().OrderBy(entry => entry.Name, StringComparer.Ordinal).Select(entry => Import(Read(entry)))]
                : throw new WorkflowException("Expected a settings file with an object workflowProfiles, found none. Give the localGenSettings.json of gemDirect1.");
        }
        catch (JsonException failure)
        {
            throw new WorkflowException($"The settings file is not well-formed JSON: {failure.Message}");
        }
    }

    /// <summary>Writes a profile as a folder that <see cref="ProfileLibrary"/> reads.</summary>
    /// <param name="profile">The profile.</param>
    /// <param name="directory">The folder of profile folders; the profile goes into a folder of its id below it.</param>
    /// <exception cref="ArgumentException">The profile's id cannot be the name of a folder.</exception>
    public static void Write(WorkflowProfile profile, string directory)
    {
        if (profile.Id is "." or ".." || profile.Id.Length == 0 || !profile.Id.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.'))
        {
            throw new ArgumentException($"Expected an id of letters, digits, hyphens, dots and underscores, found “{profile.Id}”.", nameof(profile));
        }

        var folder = Directory.CreateDirectory(Path.Combine(directory, profile.Id)).FullName;
        var inputs = profile.Inputs.OrderBy(input => input.Key, StringComparer.Ordinal)
            .Select(input => KeyValuePair.Create(input.Key, (JsonNode?)new JsonArray([.. input.Value.Select(place => JsonValue.Create(place))])));
        var defaults = profile.Defaults.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => KeyValuePair.Create(pair.Key, JsonNode.Parse(pair.Value)));
        var json = new JsonObject
        {
            ["id"] = profile.Id,
            ["label"] = profile.Label,
            ["kind"] = JsonSerializer.SerializeToNode(profile.Kind),
            ["inputs"] = new JsonObject(inputs),
            ["defaults"] = new JsonObject(defaults),
        };
        if (profile.MinVram is { } bytes)
        {
            json["minVramGb"] = bytes / ProfileReader.BytesInGigabyte;
        }

        File.WriteAllText(Path.Combine(folder, ProfileReader.ProfileFile), json.ToJsonString(Indented) + "\n");
        File.WriteAllText(Path.Combine(folder, ProfileReader.WorkflowFile), JsonNode.Parse(profile.WorkflowJson)!.ToJsonString(Indented) + "\n");
    }

    private static ImportedProfile Read(JsonProperty entry) => new(
        entry.Value.Text("id") ?? entry.Name,
        entry.Value.Text("label") ?? entry.Name,
        entry.Value.Text("workflowJson") ?? "",
        entry.Value.Members("mapping").Where(pair => pair.Value.ValueKind == JsonValueKind.String)
            .ToImmutableDictionary(pair => pair.Name, pair => pair.Value.GetString()!),
        entry.Value.Text("category"));

    private static string? InputNameOf(string kind) => kind switch
    {
        "none" or "" => null,
        "human_readable_prompt" => InputNames.Prompt,
        "negative_prompt" => InputNames.NegativePrompt,
        "keyframe_image" or "start_image" or "chain_start_frame" => InputNames.StartImage,
        "end_image" or "chain_end_frame" => InputNames.EndImage,
        "input_video" or "inputVideo" => InputNames.InputVideo,
        "full_timeline_json" => InputNames.TimelineJson,

        // Kinds that were declared there and never filled in keep their names: tasks may set them, and else the workflow's own values stay.
        _ => CamelCase(kind),
    };

    private static string CamelCase(string kind)
    {
        var words = kind.Split('_', StringSplitOptions.RemoveEmptyEntries);
        return words.Length == 0 ? kind : words[0] + string.Concat(words.Skip(1).Select(word => char.ToUpperInvariant(word[0]) + word[1..]));
    }

    private static bool Exists(JsonObject graph, string text, string profileId, List<string> warnings)
    {
        if (InputPlace.TryParse(text, out var place) && place.TryFind(graph, out var nodeClass, out var inputs)
            && (inputs.ContainsKey(place.InputName) || nodeClass == "LoadVideo"))
        {
            return true;
        }

        warnings.Add($"{profileId}: the mapping of {text} is left out, because the workflow has no such input.");
        return false;
    }

    private static void Add(Dictionary<string, List<string>> places, string name, string place)
    {
        if (!places.TryGetValue(name, out var list))
        {
            places[name] = list = [];
        }

        if (!list.Contains(place, StringComparer.Ordinal))
        {
            list.Add(place);
        }
    }
}
