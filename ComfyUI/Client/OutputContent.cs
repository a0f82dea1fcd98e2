namespace Continuity.ComfyUI.Client;

/// <summary>An opened output file.</summary>
/// <param name="Stream">Its bytes, forward only; throws when the file ends before <paramref name="Length"/> and cannot be resumed.</param>
/// <param name="Length">Its size in bytes.</param>
/// <param name="MediaType">Its MIME type.</param>
public sealed record OutputContent(Stream Stream, long Length, string MediaType) : IAsyncDisposable
{
    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Stream.DisposeAsync();
}
