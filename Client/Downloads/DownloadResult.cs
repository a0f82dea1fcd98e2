using System.Collections.Immutable;

namespace Continuity.Client;

/// <summary>Where a pipeline's outputs are after a download.</summary>
/// <param name="Directory">The folder, as a full path.</param>
/// <param name="ManifestPath">Full path of the manifest, which tells how every file was made.</param>
/// <param name="Files">The files, in the order of the pipeline's tasks.</param>
public sealed record DownloadResult(string Directory, string ManifestPath, ImmutableArray<DownloadedFile> Files);

/// <summary>One downloaded file.</summary>
/// <param name="TaskId">The task that made it.</param>
/// <param name="Path">Full path.</param>
/// <param name="Size">Length in bytes.</param>
/// <param name="WasThere">Whether the right file was there already, so that nothing was fetched.</param>
public sealed record DownloadedFile(string TaskId, string Path, long Size, bool WasThere);
