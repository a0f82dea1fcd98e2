using System.Buffers;
using System.Text.Json;

using Continuity.Artifacts;

namespace Continuity.Engine.Projects.Reading;

/// <summary>
/// Copies a JSON file without its bulk: media goes to the sink and leaves <c>null</c> behind, what is of no use is left out. What remains is small enough to be
/// read as a document.
/// </summary>
internal sealed class ProjectSlimmer(JsonScanner scanner, MediaDecoder media, ReadLog log)
{
    private const int MaxSize = 64 * 1024 * 1024;
    private const int MaxNameLength = 4 * 1024;
    private const int MaxDepth = 200;

    private readonly Stack<Frame> _stack = new();
    private readonly ArrayBufferWriter<byte> _output = new();
    private readonly Dictionary<string, ArtifactRef> _media = new(StringComparer.Ordinal);

    /// <summary>The media by its path.</summary>
    public IReadOnlyDictionary<string, ArtifactRef> Media => _media;

    private string Path => _stack.Reverse().Aggregate(
        JsonPath.Root, (path, frame) => frame.IsArray ? JsonPath.Item(path, frame.Index) : frame.Name is null ? path : JsonPath.Child(path, frame.Name));

    /// <summary>Copies the file.</summary>
    /// <returns>What remains, or <see langword="null"/> when it is no JSON or too large; the log says which.</returns>
    public async Task<JsonDocument?> RunAsync(Zone root)
    {
        try
        {
            await using var writer = new Utf8JsonWriter(_output, new JsonWriterOptions { MaxDepth = MaxDepth + 1 });
            await scanner.BeginAsync();
            await CopyAsync(writer, root);
            await writer.FlushAsync();
        }
        catch (JsonSyntaxException e)
        {
            log.Fault(Path, e.Message);
            return null;
        }

        return JsonDocument.Parse(_output.WrittenMemory, new JsonDocumentOptions { MaxDepth = MaxDepth + 1 });
    }

    private async Task CopyAsync(Utf8JsonWriter writer, Zone zone)
    {
        while (true)
        {
            var opened = await ValueAsync(writer, zone);
            if (_output.WrittenCount + writer.BytesPending > MaxSize)
            {
                throw new JsonSyntaxException("the text in the file is larger than 64 MB, media not counted");
            }

            var next = await NextAsync(writer, opened);
            if (next is null)
            {
                return;
            }

            zone = next.Value;
        }
    }

    /// <summary>Copies a value; of an object or array only its beginning.</summary>
    private async ValueTask<bool> ValueAsync(Utf8JsonWriter writer, Zone zone)
    {
        var keep = zone != Zone.Skip;
        switch (await scanner.PeekAsync())
        {
            case '{' or '[' when _stack.Count >= MaxDepth:
                throw scanner.Error("nested deeper than 200 levels");

            case '{':
                scanner.Advance();
                _stack.Push(new Frame(zone, IsArray: false));
                if (keep)
                {
                    writer.WriteStartObject();
                }

                return true;

            case '[':
                scanner.Advance();
                _stack.Push(new Frame(zone, IsArray: true));
                if (keep)
                {
                    writer.WriteStartArray();
                }

                return true;

            case '"':
                scanner.Advance();
                await StringAsync(writer, zone);
                return false;

            case 't':
                await scanner.ReadLiteralAsync("true"u8.ToArray());
                Write(keep, () => writer.WriteBooleanValue(true));
                return false;

            case 'f':
                await scanner.ReadLiteralAsync("false"u8.ToArray());
                Write(keep, () => writer.WriteBooleanValue(false));
                return false;

            case 'n':
                await scanner.ReadLiteralAsync("null"u8.ToArray());
                Write(keep, writer.WriteNullValue);
                return false;

            case '-' or (>= '0' and <= '9'):
                var number = await scanner.ReadNumberAsync();
                Write(keep, () => writer.WriteRawValue(number, skipInputValidation: true));
                return false;

            case -1:
                throw scanner.Error("the file ends where a value is expected; it is empty or cut off");

            case var other:
                throw scanner.Error($"expected a value, found {Show(other)}");
        }
    }

    private static void Write(bool keep, Action write)
    {
        if (keep)
        {
            write();
        }
    }

    private async ValueTask StringAsync(Utf8JsonWriter writer, Zone zone)
    {
        switch (zone)
        {
            case Zone.Skip:
                await scanner.SkipStringAsync();
                return;

            case Zone.Media or Zone.Image:
                var path = Path;
                Note(path, await media.ReadAsync(scanner));
                writer.WriteNullValue();
                return;

            default:
                var text = await scanner.ReadStringAsync(Zones.MaxText(zone));
                if (text is null)
                {
                    log.Warn(Path, $"is longer than {Zones.MaxText(zone) / 1024} KB and was left out");
                }

                writer.WriteStringValue(text);
                return;
        }
    }

    private void Note(string path, MediaOutcome outcome)
    {
        _media.Remove(path);
        switch (outcome)
        {
            case MediaOutcome.Stored stored:
                _media[path] = stored.Artifact;
                break;

            case MediaOutcome.Link:
                log.Warn(path, "is an address, not the media itself, and was left out");
                break;

            case MediaOutcome.Bad bad:
                log.Fault(path, $"{bad.Message}; export the project again, or remove the value");
                break;
        }
    }

    /// <summary>Goes to the next value, closing what ends before it.</summary>
    /// <returns>Its zone, or <see langword="null"/> at the end of the file.</returns>
    private async ValueTask<Zone?> NextAsync(Utf8JsonWriter writer, bool opened)
    {
        while (_stack.TryPop(out var frame))
        {
            var c = await scanner.PeekAsync();
            if (c == (frame.IsArray ? ']' : '}'))
            {
                scanner.Advance();
                Close(writer, frame);
                opened = false;
                continue;
            }

            if (!opened)
            {
                if (c != ',')
                {
                    _stack.Push(frame);
                    throw scanner.Error($"expected ',' or '{(frame.IsArray ? ']' : '}')}', found {Show(c)}");
                }

                scanner.Advance();
            }

            return frame.IsArray ? Item(frame, opened) : await PropertyAsync(writer, frame);
        }

        var trailing = await scanner.PeekAsync();
        return trailing == -1 ? null : throw scanner.Error($"the JSON is at its end, but {Show(trailing)} follows");
    }

    private Zone Item(Frame frame, bool first)
    {
        _stack.Push(frame with { Index = first ? 0 : frame.Index + 1 });
        return Zones.OfItem(frame.Zone);
    }

    private async ValueTask<Zone> PropertyAsync(Utf8JsonWriter writer, Frame frame)
    {
        _stack.Push(frame);
        if (await scanner.PeekAsync() is var c && c != '"')
        {
            throw scanner.Error($"expected a name in quotes, found {Show(c)}");
        }

        scanner.Advance();
        var name = await scanner.ReadStringAsync(MaxNameLength) ?? throw scanner.Error("a name is longer than 4 KB");
        _stack.Pop();
        _stack.Push(frame with { Name = name });
        if (await scanner.PeekAsync() is var colon && colon != ':')
        {
            throw scanner.Error($"expected ':', found {Show(colon)}");
        }

        scanner.Advance();
        var zone = Zones.OfProperty(frame.Zone, name);
        if (zone != Zone.Skip)
        {
            writer.WritePropertyName(name);
        }

        return zone;
    }

    private static void Close(Utf8JsonWriter writer, Frame frame)
    {
        if (frame.Zone == Zone.Skip)
        {
            return;
        }

        if (frame.IsArray)
        {
            writer.WriteEndArray();
        }
        else
        {
            writer.WriteEndObject();
        }
    }

    private static string Show(int c) => c switch
    {
        -1 => "the end of the file",
        > 32 and < 127 => $"'{(char)c}'",
        _ => $"byte 0x{c:X2}",
    };

    private readonly record struct Frame(Zone Zone, bool IsArray, string? Name = null, int Index = 0);
}
