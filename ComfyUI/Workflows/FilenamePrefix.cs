using System.Text.RegularExpressions;

namespace Continuity.ComfyUI.Workflows;

/// <summary>Makes the start of a file name safe for ComfyUI's output folder: inside it, without its placeholders, with a folder where one is given.</summary>
internal static partial class FilenamePrefix
{
    private const int LongestPart = 80;

    /// <summary>Cleans a prefix.</summary>
    /// <param name="prefix">Folders and name with forward slashes.</param>
    /// <returns>The prefix, never empty.</returns>
    public static string Clean(string prefix)
    {
        var parts = prefix.Replace('\\', '/').Split('/', StringSplitOptions.RemoveEmptyEntries)
            .Select(part => Awkward().Replace(part, "_").Trim('.', ' '))
            .Where(part => part.Length > 0)
            .Select(part => part.Length <= LongestPart ? part : part[..LongestPart]);
        var cleaned = string.Join('/', parts);
        return cleaned.Length > 0 ? cleaned : "continuity";
    }

    // The percent sign starts ComfyUI's placeholders, such as %date%.
    [GeneratedRegex("[^A-Za-z0-9._-]")]
    private static partial Regex Awkward();
}
