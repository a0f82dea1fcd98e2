using System.Diagnostics;

using Continuity.Artifacts;
using Continuity.Client.Artifacts;
using Continuity.Client.Exports;
using Continuity.ComfyUI.Profiles;
using Continuity.Engine.Dags;
using Continuity.Engine.Exports;
using Continuity.Engine.Projects;
using Continuity.Pipelines;

namespace Continuity.Client;

/// <content>From a file to a running pipeline.</content>
public sealed partial class ContinuityClient
{
    /// <summary>Exports a director's project: reads it, plans its DAG and submits that. Its pictures are uploaded while it is read.</summary>
    /// <param name="project">The project file as JSON, UTF-8; read to its end, not closed.</param>
    /// <param name="options">What to make.</param>
    /// <param name="profiles">The workflow profiles there are; those inside the project are added.</param>
    /// <param name="cancellationToken">Ends the call; the pipeline may have been accepted all the same.</param>
    /// <returns>The pipeline as accepted; its warnings are in <see cref="GetAsync"/>.</returns>
    /// <exception cref="RejectedException">The project or the options have faults; no pipeline was created.</exception>
    /// <exception cref="ConflictException">The id that the options name is taken by a different pipeline.</exception>
    public async Task<PipelineSummary> ExportAsync(Stream project, ExportOptions options, ProfileLibrary profiles, CancellationToken cancellationToken = default) =>
        await SubmitAsync(await PlanExportAsync(project, options, profiles, cancellationToken), cancellationToken);

    /// <summary>Plans the export of a director's project without submitting it. Its pictures are uploaded while it is read.</summary>
    /// <param name="project">The project file as JSON, UTF-8; read to its end, not closed.</param>
    /// <param name="options">What to make.</param>
    /// <param name="profiles">The workflow profiles there are; those inside the project are added.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The pipeline, to be changed or submitted.</returns>
    /// <exception cref="RejectedException">The project or the options have faults.</exception>
    public Task<PipelineDefinition> PlanExportAsync(
        Stream project,
        ExportOptions options,
        ProfileLibrary profiles,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(project);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(profiles);
        return ProjectPlanner.PlanAsync(project, options, profiles, new UploadingMediaSink(() => new ArtifactUpload(_grains, _calls)), cancellationToken);
    }

    /// <summary>Reads a hand-written DAG and uploads the files it names, without submitting it.</summary>
    /// <param name="path">The DAG's file; the files it names are looked for relative to its folder.</param>
    /// <param name="profiles">The workflow profiles there are; the DAG may bring more.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The pipeline, to be changed or submitted.</returns>
    /// <exception cref="RejectedException">The DAG has faults.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public Task<PipelineDefinition> PlanDagAsync(string path, ProfileLibrary profiles, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(profiles);
        return ReadDagAsync(path, profiles, UploadFileAsync, cancellationToken);
    }

    /// <summary>Checks a project file without a farm: nothing is uploaded, nothing is created.</summary>
    /// <param name="project">The project file; read once, as a stream.</param>
    /// <param name="options">What to make.</param>
    /// <param name="profiles">The profiles to choose from, beside the project's own.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The pipeline that it makes, with the hashes of files that are not stored: to be looked at, not to be submitted.</returns>
    /// <exception cref="RejectedException">It has faults; all of them are told.</exception>
    public static Task<PipelineDefinition> CheckExportAsync(Stream project, ExportOptions options, ProfileLibrary profiles, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(project);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(profiles);
        return ProjectPlanner.PlanAsync(project, options, profiles, new HashingMediaSink(), cancellationToken);
    }

    /// <summary>Checks a DAG file without a farm: nothing is uploaded, nothing is created.</summary>
    /// <param name="path">The DAG file; files that it names are looked for beside it.</param>
    /// <param name="profiles">The profiles to choose from, beside the DAG's own.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The pipeline that it makes, without its files: to be looked at, not to be submitted.</returns>
    /// <exception cref="RejectedException">It has faults; all of them are told.</exception>
    public static Task<PipelineDefinition> CheckDagAsync(string path, ProfileLibrary profiles, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(profiles);
        return ReadDagAsync(
            path,
            profiles,
            (file, _) => Task.FromResult(File.Exists(file) ? new ArtifactRef(new string('0', 64), new FileInfo(file).Length, MediaTypes.OfFileName(file)) : null),
            cancellationToken);
    }

    private static async Task<PipelineDefinition> ReadDagAsync(
        string path,
        ProfileLibrary profiles,
        Func<string, CancellationToken, Task<ArtifactRef?>> file,
        CancellationToken cancellationToken)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        await using var json = File.OpenRead(path);
        var result = await DagReader.ReadAsync(
            json,
            profiles.All.ToDictionary(profile => profile.Id),
            (name, token) => file(Path.Combine(folder, name), token),
            cancellationToken);
        return result switch
        {
            DagReadResult.Read read => read.Definition,
            DagReadResult.Faulty faulty => throw new RejectedException(faulty.Faults),
            _ => throw new UnreachableException(),
        };
    }

    private async Task<ArtifactRef?> UploadFileAsync(string path, CancellationToken cancellationToken)
    {
        if (!File.Exists(path))
        {
            return null;
        }

        await using var content = File.OpenRead(path);
        return await UploadAsync(content, MediaTypes.OfFileName(path), cancellationToken);
    }
}
