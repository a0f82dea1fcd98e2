namespace Continuity.Grains.Media;

/// <summary>Joins clips to a film.</summary>
internal sealed class TimelineRenderer(FfmpegRunner runner, MediaProbe probe)
{
    /// <summary>A path for a film that is kept elsewhere once it is made.</summary>
    /// <exception cref="MediaUnavailableException">Its folder cannot be made.</exception>
    public string CreateOutputPath() => runner.CreateTemporaryPath(".mp4");

    /// <summary>Renders a film. The same clips give the same film, frame by frame.</summary>
    /// <param name="plan">The clips and transitions.</param>
    /// <param name="output">How and where.</param>
    /// <param name="progress">Gets percentages from 0 to 100, never falling; the last is 100.</param>
    /// <param name="cancellationToken">Kills the work; no film and no temporary file is left.</param>
    /// <returns>What became of the timeline.</returns>
    /// <exception cref="MediaUnavailableException">This machine cannot do it at present.</exception>
    /// <exception cref="MediaException">A clip is missing or damaged, or ffmpeg failed.</exception>
    public async Task<TimelineReport> RenderAsync(TimelinePlan plan, TimelineOutput output, IProgress<double>? progress, CancellationToken cancellationToken)
    {
        if (plan.Clips.IsDefaultOrEmpty)
        {
            throw new ArgumentException("A film needs at least one clip.", nameof(plan));
        }

        var infos = await ProbeAsync(plan, cancellationToken);
        var render = TimelinePlanner.Plan(plan, infos, output.TransitionDuration);
        var path = Path.GetFullPath(output.OutputPath);
        var unfinished = Path.Combine(Path.GetDirectoryName(path)!, $".{Guid.NewGuid():N}.part");
        try
        {
            var meter = new FilmProgress(progress);
            if (!await TryMakeAsync(render, unfinished, meter, cancellationToken))
            {
                // Equal headers promise that the clips can be joined as they are, but only the result proves it. Encoding always works.
                render = render.Lossless ? TimelinePlanner.Plan(plan, infos, output.TransitionDuration, allowLossless: false) : render;
                if (!await TryMakeAsync(render, unfinished, meter, cancellationToken))
                {
                    throw new MediaException($"The film came out with another number of frames than the {render.Frames} that its clips have. Its parts were right: this is a fault of the joining.");
                }
            }

            File.Move(unfinished, path, overwrite: true);
            meter.Complete();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw runner.Explain(exception);
        }
        finally
        {
            File.Delete(unfinished);
        }

        return new TimelineReport(
            path, render.FrameRate.DurationOf(render.Frames), render.Frames, render.Width, render.Height, render.FrameRate,
            render.HasAudio, render.Lossless, render.Shots, render.Rendered, render.ReplacedByCuts);
    }

    // A clip that the film shows twice is looked into once.
    private async Task<List<MediaInfo>> ProbeAsync(TimelinePlan plan, CancellationToken cancellationToken)
    {
        var known = new Dictionary<string, MediaInfo>(StringComparer.Ordinal);
        foreach (var path in plan.Clips.Select(clip => clip.Path).Distinct(StringComparer.Ordinal))
        {
            known.Add(path, await probe.ProbeAsync(path, cancellationToken));
        }

        return [.. plan.Clips.Select(clip => known[clip.Path])];
    }

    private async Task<bool> TryMakeAsync(RenderPlan plan, string unfinished, FilmProgress meter, CancellationToken cancellationToken)
    {
        using var folder = runner.CreateFolder();
        await new FilmJob(runner, plan, folder, meter).RunAsync(unfinished, cancellationToken);
        var film = await probe.ProbeAsync(unfinished, cancellationToken);
        return film.Frames == plan.Frames && film.ConstantRate && film.FrameRate == plan.FrameRate;
    }
}
