using System.Collections.Immutable;
using System.Globalization;

using Continuity.ComfyUI.Client;
using Continuity.Grains.Artifacts;
using Continuity.Grains.Media;
using Continuity.Tasks;

namespace Continuity.Grains.Tasks;

/// <summary>Brings the files of a finished prompt into the artifact store, while the GPU works on the next prompt.</summary>
internal sealed class OutputCollector(AttemptRecord record, IAttemptHost host, AttemptMeter meter, AttemptServices services)
{
    private static readonly TimeSpan Again = TimeSpan.FromSeconds(2);

    // An answer that makes no sense is asked for again, but not for ever.
    private const int MaxRefusals = 3;

    private readonly IComfyClient _client = services.Connections.Get(record.GpuAddress!);

    /// <summary>Downloads the files, in their order.</summary>
    /// <exception cref="AttemptFault">One is not there any more, or the instance stays out of reach.</exception>
    public async Task<ImmutableArray<TaskOutput>> DownloadAsync(ImmutableArray<OutputFile> files, CancellationToken cancellationToken)
    {
        var outputs = ImmutableArray.CreateBuilder<TaskOutput>(files.Length);
        foreach (var file in files)
        {
            outputs.Add(await DownloadAsync(file, cancellationToken));
        }

        return outputs.MoveToImmutable();
    }

    /// <summary>Adds facts about the main video: its frame rate and size as they really are.</summary>
    public async Task<ImmutableDictionary<string, string>> DescribeAsync(
        TaskAssignment assignment,
        ImmutableArray<TaskOutput> outputs,
        ImmutableDictionary<string, string> metadata,
        CancellationToken cancellationToken)
    {
        if (assignment.Task.Kind is not (TaskKind.UpscaleVideo or TaskKind.InterpolateVideo) || outputs is not [{ Artifact.IsVideo: true } main, ..])
        {
            return metadata;
        }

        try
        {
            var info = await services.Facts.OfAsync(main.Artifact, cancellationToken);
            return metadata
                .SetItem("finalFps", info.FrameRate.Value.ToString("0.###", CultureInfo.InvariantCulture))
                .SetItem("finalResolution", $"{info.Width}x{info.Height}");
        }
        catch (Exception exception) when (exception is MediaException or ArtifactStoreException)
        {
            // The facts are for people; a clip that ffprobe cannot read is for the film to complain about.
            return metadata;
        }
    }

    /// <summary>Removes the prompt from ComfyUI's history, which keeps only so many.</summary>
    public async Task ForgetAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _client.DeleteHistoryAsync(record.PromptId!, cancellationToken);
        }
        catch (ComfyException)
        {
            // Only tidiness is lost.
        }
    }

    // Whether the store holds a file cannot be told from its name, so that a file is fetched again by whoever takes up a prompt whose result was not recorded.
    private async Task<TaskOutput> DownloadAsync(OutputFile file, CancellationToken cancellationToken)
    {
        long? awaySince = null;
        var refusals = 0;
        while (true)
        {
            try
            {
                // The GPU's work is done and ComfyUI has it: it waits there until it can be stored.
                return await host.WithStorageAsync(services, TaskPhase.Collecting, () => meter.TransferAsync(() => FetchAsync(file, cancellationToken)), cancellationToken);
            }
            catch (ComfyFileMissingException exception)
            {
                throw new AttemptFault(new TaskFault(FaultClass.NoOutput, exception.Message));
            }
            catch (ComfyException exception)
            {
                if (exception is not ComfyUnreachableException && ++refusals >= MaxRefusals)
                {
                    throw new AttemptFault(new TaskFault(FaultClass.NoOutput, $"The prompt was done, but ComfyUI does not hand out its file {file.FileName}: {exception.Message}"));
                }

                awaySince ??= services.Time.GetTimestamp();
                if (services.Time.GetElapsedTime(awaySince.Value) > services.Options.Value.LostAfter && await host.OtherGpuWorksAsync(record.GpuId!.Value))
                {
                    throw new AttemptFault(new TaskFault(FaultClass.Lost, $"The prompt was done, but its files could not be fetched: {exception.Message}"));
                }

                host.Report(TaskPhase.Collecting, 100, $"{exception.Message} The files are fetched when ComfyUI answers again.");
                await Task.Delay(Again, services.Time, cancellationToken);
            }
        }
    }

    private async Task<TaskOutput> FetchAsync(OutputFile file, CancellationToken cancellationToken)
    {
        await using var content = await _client.OpenOutputAsync(file, cancellationToken);
        var artifact = await services.Artifacts.PutAsync(content.Stream, content.MediaType, cancellationToken);
        return new TaskOutput(artifact, file.FileName, file.NodeId);
    }
}
