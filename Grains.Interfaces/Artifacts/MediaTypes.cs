using System.Collections.Frozen;

namespace Continuity.Artifacts;

/// <summary>The MIME types of the media that ComfyUI reads and writes, and the file extensions that go with them.</summary>
public static class MediaTypes
{
    /// <summary>The type of content about which nothing is known.</summary>
    public const string Unknown = "application/octet-stream";

    private static readonly FrozenDictionary<string, string> ByExtension = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
    {
        [".png"] = "image/png",
        [".jpg"] = "image/jpeg",
        [".jpeg"] = "image/jpeg",
        [".webp"] = "image/webp",
        [".gif"] = "image/gif",
        [".mp4"] = "video/mp4",
        [".m4v"] = "video/mp4",
        [".webm"] = "video/webm",
        [".mkv"] = "video/x-matroska",
        [".mov"] = "video/quicktime",
        [".avi"] = "video/x-msvideo",
        [".flac"] = "audio/flac",
        [".mp3"] = "audio/mpeg",
        [".wav"] = "audio/wav",
        [".opus"] = "audio/opus",
        [".json"] = "application/json",
        [".txt"] = "text/plain",
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    private static readonly FrozenDictionary<string, string> ToExtension =
        ByExtension.Where(pair => pair.Key is not (".jpeg" or ".m4v")).ToFrozenDictionary(pair => pair.Value, pair => pair.Key, StringComparer.Ordinal);

    /// <summary>Tells the MIME type from a file name's extension.</summary>
    /// <param name="fileName">A file name; letter case does not matter.</param>
    /// <returns>The type, or <see cref="Unknown"/>.</returns>
    public static string OfFileName(string fileName) => ByExtension.GetValueOrDefault(Path.GetExtension(fileName), Unknown);

    /// <summary>The usual file extension of a MIME type.</summary>
    /// <param name="mediaType">A MIME type.</param>
    /// <returns>The extension with its dot, or <c>.bin</c>.</returns>
    public static string ExtensionOf(string mediaType) => ToExtension.GetValueOrDefault(mediaType, ".bin");

    /// <summary>Tells the MIME type from the first bytes of a file, where they are known.</summary>
    /// <param name="head">The first bytes, 12 or more where the file has them.</param>
    /// <returns>The type, or <see langword="null"/> when the bytes are not recognised.</returns>
    public static string? OfContent(ReadOnlySpan<byte> head) => head switch
    {
        [0x89, (byte)'P', (byte)'N', (byte)'G', ..] => "image/png",
        [0xFF, 0xD8, 0xFF, ..] => "image/jpeg",
        [(byte)'G', (byte)'I', (byte)'F', (byte)'8', ..] => "image/gif",
        [(byte)'R', (byte)'I', (byte)'F', (byte)'F', _, _, _, _, (byte)'W', (byte)'E', (byte)'B', (byte)'P', ..] => "image/webp",
        [_, _, _, _, (byte)'f', (byte)'t', (byte)'y', (byte)'p', ..] => "video/mp4",
        [0x1A, 0x45, 0xDF, 0xA3, ..] => "video/webm",
        _ => null,
    };
}
