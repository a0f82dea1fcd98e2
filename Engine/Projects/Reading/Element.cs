using System.Collections.Immutable;
using System.Text.Json;

namespace Continuity.Engine.Projects.Reading;

/// <summary>A JSON value with its place, which reads what it can and logs what it cannot.</summary>
internal readonly record struct Element(JsonElement Value, string Path, ReadLog Log)
{
    private const int MaxIdLength = 128;
    private const int MaxExtraLength = 16 * 1024;

    public bool IsObject => Value.ValueKind == JsonValueKind.Object;

    public bool IsArray => Value.ValueKind == JsonValueKind.Array;

    public bool IsText => Value.ValueKind == JsonValueKind.String;

    /// <summary>A property; <see langword="null"/> when it is missing or null.</summary>
    public Element? Get(string name) =>
        IsObject && Value.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? At(name, value) : null;

    /// <summary>Whether a property is there, be it null.</summary>
    public bool Has(string name) => IsObject && Value.TryGetProperty(name, out _);

    /// <summary>A property that must be an object where it is there.</summary>
    public Element? Object(string name) => Expect(Get(name), JsonValueKind.Object, "an object");

    /// <summary>The items of a property that must be an array where it is there.</summary>
    public IEnumerable<Element> Items(string name) => Expect(Get(name), JsonValueKind.Array, "an array")?.Items() ?? [];

    /// <summary>The items of an array; none of anything else.</summary>
    public IEnumerable<Element> Items()
    {
        var (value, path, log) = this;
        return IsArray ? value.EnumerateArray().Select((item, index) => new Element(item, JsonPath.Item(path, index), log)) : [];
    }

    /// <summary>The properties of an object, each once with the value that counts; none of anything else.</summary>
    public IEnumerable<(string Name, Element Value)> Properties()
    {
        if (!IsObject)
        {
            return [];
        }

        var last = new OrderedDictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var property in Value.EnumerateObject())
        {
            last[property.Name] = property.Value;
        }

        var self = this;
        return last.Select(pair => (pair.Key, self.At(pair.Key, pair.Value)));
    }

    /// <summary>A text that matters: anything else is a fault; missing is empty.</summary>
    public string Text(string name) => Expect(Get(name), JsonValueKind.String, "a text")?.Value.GetString() ?? "";

    /// <summary>A text that is nice to have: anything else is empty.</summary>
    public string Hint(string name) => Get(name) is { IsText: true } text ? text.Value.GetString()! : "";

    /// <summary>A text that is nice to have: anything else, and empty, is <see langword="null"/>.</summary>
    public string? HintOrNull(string name) => Hint(name) is { Length: > 0 } text ? text : null;

    /// <summary>A switch: anything else is a fault; missing is <see langword="null"/>.</summary>
    public bool? Flag(string name)
    {
        var value = Get(name);
        if (value is null || value.Value.Value.ValueKind is JsonValueKind.True or JsonValueKind.False)
        {
            return value?.Value.GetBoolean();
        }

        Log.Fault(value.Value.Path, $"must be true or false, not {value.Value.Kind}");
        return null;
    }

    /// <summary>An id; a fault is logged when there is none that can be used.</summary>
    public string? Id(string what)
    {
        var id = Get("id");
        var path = JsonPath.Child(Path, "id");
        if (id is null)
        {
            Log.Fault(path, $"is missing; every {what} needs an id");
            return null;
        }

        if (!id.Value.IsText)
        {
            Log.Fault(path, $"must be a text, not {id.Value.Kind}");
            return null;
        }

        var text = id.Value.Value.GetString()!;
        if (text.Length is > 0 and <= MaxIdLength && !text.Any(char.IsControl))
        {
            return text;
        }

        Log.Fault(path, $"must have 1 to {MaxIdLength} characters, none of them a control character");
        return null;
    }

    /// <summary>A list of texts; one text counts as a list of one, anything else in it is left out.</summary>
    public ImmutableArray<string> Texts(string name) => Get(name) switch
    {
        { IsText: true } text => [text.Value.GetString()!],
        { } list => [.. list.Items().Where(item => item.IsText).Select(item => item.Value.GetString()!).Where(text => text.Length > 0)],
        null => [],
    };

    /// <summary>The properties that are not among some names, as JSON text, where it is short.</summary>
    public ImmutableDictionary<string, string> Extra(IReadOnlySet<string> known) => Properties()
        .Where(property => !known.Contains(property.Name))
        .Select(property => KeyValuePair.Create(property.Name, property.Value.Value.GetRawText()))
        .Where(pair => pair.Value.Length <= MaxExtraLength)
        .ToImmutableDictionary(StringComparer.Ordinal);

    /// <summary>What sort of value it is, in words.</summary>
    public string Kind => Value.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        JsonValueKind.String => "a text",
        JsonValueKind.Number => "a number",
        JsonValueKind.True or JsonValueKind.False => "true or false",
        _ => "null",
    };

    private Element At(string name, JsonElement value) => new(value, JsonPath.Child(Path, name), Log);

    private static Element? Expect(Element? value, JsonValueKind kind, string words)
    {
        if (value is { } element && element.Value.ValueKind != kind)
        {
            element.Log.Fault(element.Path, $"must be {words}, not {element.Kind}");
            return null;
        }

        return value;
    }
}
