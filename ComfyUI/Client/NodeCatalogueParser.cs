using System.Collections.Immutable;
using System.Text.Json;

namespace Continuity.ComfyUI.Client;

/// <summary>Reads the answer of <c>/object_info</c>, in which lists of values have two forms: <c>[["a"], {…}]</c> and <c>["COMBO", {"options": ["a"]}]</c>.</summary>
internal static class NodeCatalogueParser
{
    public static NodeCatalogue Parse(JsonElement answer) =>
        new(answer.EnumerateObject().Where(node => node.Value.ValueKind == JsonValueKind.Object).ToImmutableDictionary(node => node.Name, node => Class(node.Name, node.Value)));

    private static NodeClass Class(string name, JsonElement node)
    {
        var inputs = node.Property("input") ?? default;
        return new NodeClass(
            name,
            node.Text("display_name") ?? name,
            node.Property("output_node") is { ValueKind: JsonValueKind.True },
            inputs.Members("required").Select(input => Input(input, required: true))
                .Concat(inputs.Members("optional").Select(input => Input(input, required: false)))
                .DistinctBy(input => input.Name)
                .ToImmutableDictionary(input => input.Name));
    }

    private static NodeInput Input(JsonProperty property, bool required)
    {
        var declared = property.Value.ValueKind == JsonValueKind.Array ? property.Value : default;
        var length = declared.ValueKind == JsonValueKind.Array ? declared.GetArrayLength() : 0;
        var kind = length > 0 ? declared[0] : default;
        var settings = length > 1 ? declared[1] : default;
        ImmutableArray<string>? values = kind.ValueKind switch
        {
            JsonValueKind.Array => Texts(kind),
            // The list of a remote input is fetched by the user interface: an empty one here says nothing.
            _ when settings.Property("options") is { ValueKind: JsonValueKind.Array } options && (options.GetArrayLength() > 0 || settings.Property("remote") is null) => Texts(options),
            _ => null,
        };
        var type = kind.ValueKind == JsonValueKind.String ? kind.GetString()! : "COMBO";
        var isUpload = settings.ValueKind == JsonValueKind.Object
            && settings.EnumerateObject().Any(setting => setting.Name.EndsWith("_upload", StringComparison.Ordinal) && setting.Value.ValueKind == JsonValueKind.True);
        return new NodeInput(property.Name, type, required, values, settings.Number("min"), settings.Number("max"), isUpload);
    }

    // Dynamic combos list objects, whose choices bring inputs of their own: those are left to ComfyUI to check.
    private static ImmutableArray<string>? Texts(JsonElement list) =>
        list.EnumerateArray().Any(value => value.ValueKind is JsonValueKind.Object or JsonValueKind.Array) ? null : [.. list.EnumerateArray().Select(value => value.ToString())];
}
