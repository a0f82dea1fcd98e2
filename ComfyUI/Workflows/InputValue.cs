using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Continuity.ComfyUI.Workflows;

/// <summary>Brings a value to the kind that the workflow has in its place: ComfyUI takes the text "false" for true, and other kinds in surprising ways too.</summary>
internal static class InputValue
{
    /// <summary>Converts a value.</summary>
    /// <param name="value">The value.</param>
    /// <param name="present">What the workflow has there now; a link or nothing says nothing about the kind.</param>
    /// <returns>A copy of the value; <see langword="null"/> when it cannot be converted.</returns>
    public static JsonNode? Convert(JsonNode value, JsonNode? present)
    {
        var kind = value.GetValueKind();
        if (kind is JsonValueKind.Null or JsonValueKind.Undefined)
        {
            return null;
        }

        return present?.GetValueKind() switch
        {
            JsonValueKind.Number => ToNumber(value, kind),
            JsonValueKind.String => ToText(value, kind),
            JsonValueKind.True or JsonValueKind.False => ToBoolean(value, kind),
            _ when kind is JsonValueKind.Array => null, // would be taken for a link
            _ => kind is JsonValueKind.Number ? ToNumber(value, kind) : value.DeepClone(),
        };
    }

    private static JsonValue? ToNumber(JsonNode value, JsonValueKind kind)
    {
        if (kind is not (JsonValueKind.Number or JsonValueKind.String))
        {
            return null;
        }

        var text = kind is JsonValueKind.String ? value.GetValue<string>().Trim() : value.ToJsonString();
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole))
        {
            return JsonValue.Create(whole);
        }

        if (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) || !double.IsFinite(number))
        {
            return null;
        }

        // 24.0 goes as 24, which inputs for whole numbers and for fractions both take.
        return number == Math.Floor(number) && Math.Abs(number) < 1e15 ? JsonValue.Create((long)number) : JsonValue.Create(number);
    }

    private static JsonValue? ToText(JsonNode value, JsonValueKind kind) => kind switch
    {
        JsonValueKind.String => value.DeepClone().AsValue(),
        JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False or JsonValueKind.Object or JsonValueKind.Array => JsonValue.Create(value.ToJsonString()),
        _ => null,
    };

    private static JsonValue? ToBoolean(JsonNode value, JsonValueKind kind) => kind switch
    {
        JsonValueKind.True or JsonValueKind.False => value.DeepClone().AsValue(),
        JsonValueKind.String when bool.TryParse(value.GetValue<string>(), out var flag) => JsonValue.Create(flag),
        JsonValueKind.Number => value.ToJsonString() switch
        {
            "0" => JsonValue.Create(value: false),
            "1" => JsonValue.Create(value: true),
            _ => null,
        },
        _ => null,
    };
}
