using System.Collections.Frozen;
using System.Text;

namespace Continuity.Engine.Outputs;

/// <summary>Makes names that every file system takes.</summary>
internal static class FileNames
{
    // In UTF-8 at most 120 bytes, so that a number and an extension fit into the usual 255.
    private const int MaxLength = 40;

    private static readonly FrozenSet<string> Reserved = Enumerable.Range(0, 10)
        .SelectMany(number => new[] { $"com{number}", $"lpt{number}" })
        .Concat(["con", "prn", "aux", "nul"])
        .ToFrozenSet(StringComparer.Ordinal);

    /// <summary>A text as a name: small letters and digits of any script, with single dashes between words. Empty when nothing is left.</summary>
    public static string Slug(string text)
    {
        var name = new StringBuilder(MaxLength);
        foreach (var c in text)
        {
            if (char.IsLetterOrDigit(c))
            {
                name.Append(char.ToLowerInvariant(c));
            }
            else if (name.Length > 0 && name[^1] != '-')
            {
                name.Append('-');
            }

            if (name.Length == MaxLength)
            {
                break;
            }
        }

        var slug = name.ToString().Trim('-');
        return Reserved.Contains(slug) ? $"{slug}-1" : slug;
    }

    /// <summary>A number and a name, such as <c>02-the-dial</c>; wide enough for all of them to sort.</summary>
    public static string Numbered(int number, int count, string text)
    {
        var width = Math.Max(2, count.ToString().Length);
        var slug = Slug(text);
        return number.ToString($"D{width}") + (slug.Length > 0 ? $"-{slug}" : "");
    }

    /// <summary>The extension for an output, with its dot.</summary>
    public static string Extension(Tasks.TaskOutput output)
    {
        var byType = output.Artifact.Extension;
        var byName = Path.GetExtension(output.FileName);
        var usable = byName.Length is > 1 and <= 10 && byName.Skip(1).All(char.IsAsciiLetterOrDigit);
        return byType == ".bin" && usable ? byName.ToLowerInvariant() : byType;
    }
}
