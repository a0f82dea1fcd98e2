using Continuity.Artifacts;

namespace Continuity.ComfyUI.Client;

/// <summary>A file that a node of a prompt saved on the instance.</summary>
/// <param name="NodeId">The node.</param>
/// <param name="FileName">The file's name.</param>
/// <param name="Subfolder">Its folder inside the folder that <paramref name="FolderType"/> names; empty for none.</param>
/// <param name="FolderType"><c>output</c>, <c>temp</c> or <c>input</c>.</param>
public sealed record OutputFile(string NodeId, string FileName, string Subfolder, string FolderType)
{
    /// <summary>Whether it was saved to stay; previews are not.</summary>
    public bool IsMain => FolderType == "output";

    /// <summary>MIME type by the file's extension: the key under which ComfyUI lists a file tells nothing.</summary>
    public string MediaType => MediaTypes.OfFileName(FileName);

    /// <summary>Whether it is a video.</summary>
    public bool IsVideo => MediaType.StartsWith("video/", StringComparison.Ordinal);

    /// <summary>Whether it is a picture, moving ones such as GIF included.</summary>
    public bool IsImage => MediaType.StartsWith("image/", StringComparison.Ordinal);
}
