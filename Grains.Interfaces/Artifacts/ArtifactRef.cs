namespace Continuity.Artifacts;

/// <summary>Points at a stored file by the hash of its content. Two files with the same bytes are the same artifact.</summary>
/// <param name="Sha256">SHA-256 of the content: 64 lower-case hexadecimal digits.</param>
/// <param name="Size">Length in bytes.</param>
/// <param name="MediaType">MIME type, such as <c>image/png</c> or <c>video/mp4</c>.</param>
[GenerateSerializer, Immutable, Alias("continuity.artifact")]
public sealed record ArtifactRef([property: Id(0)] string Sha256, [property: Id(1)] long Size, [property: Id(2)] string MediaType)
{
    /// <summary>Whether the artifact is a video, by its MIME type.</summary>
    public bool IsVideo => MediaType.StartsWith("video/", StringComparison.Ordinal);

    /// <summary>Whether the artifact is a picture, by its MIME type.</summary>
    public bool IsImage => MediaType.StartsWith("image/", StringComparison.Ordinal);

    /// <summary>The usual file extension for the MIME type, with its dot; <c>.bin</c> when the type is unknown.</summary>
    public string Extension => MediaTypes.ExtensionOf(MediaType);
}
