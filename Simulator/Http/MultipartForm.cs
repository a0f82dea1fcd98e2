using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace Continuity.Simulator.Http;

/// <summary>A multipart/form-data body, with file names read the way aiohttp reads them (filename* wins; percent signs stay otherwise).</summary>
internal sealed partial class MultipartForm
{
    private readonly List<Part> _parts = [];

    public static async Task<MultipartForm> ReadAsync(string? contentType, byte[] body)
    {
        var form = new MultipartForm();
        if (!MediaTypeHeaderValue.TryParse(contentType, out var type) || !type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase))
        {
            return form;
        }

        using var stream = new MemoryStream(body);
        var reader = new MultipartReader(HeaderUtilities.RemoveQuotes(type.Boundary).ToString(), stream) { BodyLengthLimit = null };
        while (await reader.ReadNextSectionAsync() is { } section)
        {
            using var bytes = new MemoryStream();
            await section.Body.CopyToAsync(bytes);
            var parameters = ParametersOf(section.ContentDisposition ?? "");
            form._parts.Add(new Part(parameters.GetValueOrDefault("name") ?? "", FileNameOf(parameters), bytes.ToArray()));
        }

        return form;
    }

    public Part? Find(string name) => _parts.Find(p => p.Name == name);

    public string? Text(string name) => Find(name) is { } part ? Encoding.UTF8.GetString(part.Bytes) : null;

    private static string? FileNameOf(Dictionary<string, string> parameters)
    {
        if (parameters.TryGetValue("filename*", out var extended))
        {
            var at = extended.IndexOf("''", StringComparison.Ordinal);
            return Uri.UnescapeDataString(at < 0 ? extended : extended[(at + 2)..]);
        }

        return parameters.GetValueOrDefault("filename");
    }

    private static Dictionary<string, string> ParametersOf(string disposition)
    {
        var found = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (Match match in Parameter().Matches(disposition))
        {
            var value = match.Groups["value"].Value.Trim();
            found[match.Groups["name"].Value] = value.StartsWith('"')
                ? Escape().Replace(value[1..^1], m => m.Groups["c"].Value)
                : value;
        }

        return found;
    }

    [GeneratedRegex("""
        ;\s*(?<name>[\w*]+)\s*=\s*(?<value>"(\\.|[^"\\])*"|[^;]*)
        """, RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Parameter();

    [GeneratedRegex("""\\(?<c>.)""", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Escape();

    /// <summary>One field; <paramref name="FileName"/> is null for a plain one.</summary>
    internal sealed record Part(string Name, string? FileName, byte[] Bytes);
}
