using System.Globalization;

using Continuity.Pipelines;

namespace Continuity.Grains.Stores;

/// <summary>How plain text columns and list cursors are written, the same in every store.</summary>
internal static class StoreText
{
    private const char Replacement = '\uFFFD';

    /// <summary>
    /// Text for a text column. A NUL and half a surrogate pair are no characters to PostgreSQL; they come from broken messages of others and may cost no write.
    /// JSON columns keep the text as it is.
    /// </summary>
    public static string Clean(string text)
    {
        var bad = FirstBad(text, 0);
        if (bad < 0)
        {
            return text;
        }

        var clean = text.ToCharArray();
        for (; bad >= 0; bad = FirstBad(text, bad + 1))
        {
            clean[bad] = Replacement;
        }

        return new string(clean);
    }

    /// <summary>Where the page after this pipeline begins.</summary>
    public static string Cursor(PipelineSummary last) => string.Create(CultureInfo.InvariantCulture, $"{last.CreatedAt.UtcTicks}.{last.Id}");

    /// <summary>Reads a cursor; anything else stands for the first page.</summary>
    public static (long Created, string Id) ParseCursor(string? cursor) =>
        cursor?.IndexOf('.', StringComparison.Ordinal) is > 0 and var dot && long.TryParse(cursor.AsSpan(0, dot), NumberStyles.None, CultureInfo.InvariantCulture, out var created)
            ? (created, cursor[(dot + 1)..])
            : (long.MaxValue, "");

    /// <summary>A LIKE pattern, escaped with a backslash, that finds the text anywhere.</summary>
    public static string? Pattern(string? search) => string.IsNullOrEmpty(search)
        ? null
        : $"%{Clean(search).Replace("\\", "\\\\", StringComparison.Ordinal).Replace("%", "\\%", StringComparison.Ordinal).Replace("_", "\\_", StringComparison.Ordinal)}%";

    private static int FirstBad(string text, int from)
    {
        for (var i = from; i < text.Length; i++)
        {
            var c = text[i];
            if (char.IsHighSurrogate(c) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
            {
                i++;
            }
            else if (c == '\0' || char.IsSurrogate(c))
            {
                return i;
            }
        }

        return -1;
    }
}
