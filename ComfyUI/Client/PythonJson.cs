using System.Text.Json;

namespace Continuity.ComfyUI.Client;

/// <summary>
/// Reads JSON as Python writes it: bare <c>NaN</c>, <c>Infinity</c> and <c>-Infinity</c> stand for values there, which JSON does not have. They are read as null.
/// </summary>
internal static class PythonJson
{
    /// <exception cref="JsonException">It is no JSON in any other way either.</exception>
    public static JsonDocument Parse(ReadOnlyMemory<byte> json)
    {
        try
        {
            return JsonDocument.Parse(json);
        }
        catch (JsonException)
        {
            var copy = json.ToArray();
            if (!BlankOut(copy))
            {
                throw;
            }

            return JsonDocument.Parse(copy);
        }
    }

    // Each becomes a null of the same length, padded with blanks.
    private static bool BlankOut(Span<byte> json)
    {
        var found = false;
        var inString = false;
        for (var i = 0; i < json.Length; i++)
        {
            if (inString)
            {
                if (json[i] == '\\')
                {
                    // Whatever follows belongs to the string.
                    i++;
                }
                else
                {
                    inString = json[i] != '"';
                }

                continue;
            }

            inString = json[i] == '"';
            foreach (var word in (ReadOnlySpan<string>)["-Infinity", "Infinity", "NaN"])
            {
                if (Matches(json[i..], word))
                {
                    Replace(json.Slice(i, word.Length));
                    (i, found) = (i + word.Length - 1, true);
                    break;
                }
            }
        }

        return found;
    }

    private static bool Matches(ReadOnlySpan<byte> json, string word)
    {
        if (json.Length < word.Length)
        {
            return false;
        }

        for (var i = 0; i < word.Length; i++)
        {
            if (json[i] != word[i])
            {
                return false;
            }
        }

        return true;
    }

    private static void Replace(Span<byte> place)
    {
        place.Fill((byte)' ');
        if (place.Length >= 4)
        {
            "null"u8.CopyTo(place);
        }
        else
        {
            place[0] = (byte)'0';
        }
    }
}
