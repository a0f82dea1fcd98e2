using System.Globalization;

namespace Continuity.Grains.Media;

/// <summary>Carries out one plan: renders its segments one after the other, puts the sound together, and joins both.</summary>
internal sealed class FilmJob(FfmpegRunner runner, RenderPlan plan, TemporaryFolder folder, FilmProgress progress)
{
    // Copying is far cheaper than encoding, but the sound is encoded meanwhile.
    private const double JoinShare = 0.05;

    private readonly Dictionary<int, string> _sounds = [];
    private long _framesDone;

    /// <summary>Makes the film.</summary>
    /// <param name="output">Path of the film, which is replaced.</param>
    /// <param name="cancellationToken">Kills the work.</param>
    public async Task RunAsync(string output, CancellationToken cancellationToken)
    {
        var sound = plan.HasAudio ? folder.File("sound.pcm") : null;
        var pieces = await RenderAsync(sound, cancellationToken);
        var list = folder.File("list.ffconcat");
        await File.WriteAllTextAsync(list, ConcatList.Write(pieces, plan.FrameRate), cancellationToken);
        await runner.RunAsync(
            FilmArguments.OfJoin(list, sound, output),
            frame => progress.Report(1 - JoinShare + (JoinShare * frame / plan.Frames)),
            cancellationToken);
    }

    private async Task<List<(string Path, long Frames)>> RenderAsync(string? sound, CancellationToken cancellationToken)
    {
        var pieces = new List<(string Path, long Frames)>(plan.Segments.Length);
        await using var track = sound is null ? null : new SoundTrack(sound, plan.FrameRate);
        foreach (var segment in plan.Segments)
        {
            pieces.Add((await VideoOfAsync(segment, pieces.Count, cancellationToken), segment.Frames));
            if (track is not null)
            {
                var (clip, next) = segment is Segment.Dissolve dissolve ? (dissolve.Clip, dissolve.Clip + 1) : (((Segment.Body)segment).Clip, -1);
                ForgetBefore(clip);
                var first = await SoundOfAsync(clip, cancellationToken);
                var second = next < 0 ? null : await SoundOfAsync(next, cancellationToken);
                await track.AppendAsync(segment, first, second, cancellationToken);
            }

            _framesDone += segment.Frames;
            ReportFrames(0);
        }

        return pieces;
    }

    private async Task<string> VideoOfAsync(Segment segment, int number, CancellationToken cancellationToken)
    {
        if (plan.Lossless)
        {
            return plan.Clips[((Segment.Body)segment).Clip].Path;
        }

        var path = folder.File(string.Create(CultureInfo.InvariantCulture, $"{number:D6}.mp4"));
        var clips = segment is Segment.Dissolve dissolve ? $"{Name(dissolve.Clip)} to {Name(dissolve.Clip + 1)}" : Name(((Segment.Body)segment).Clip);
        var frames = await GuardedAsync(clips, () => runner.RunAsync(FilmArguments.OfSegment(plan, segment, path), ReportFrames, cancellationToken));
        return frames == segment.Frames
            ? path
            : throw new MediaException($"{clips}: {frames} frames could be decoded where {segment.Frames} are expected. The file is damaged or was cut off; make it again.");
    }

    private async Task<string?> SoundOfAsync(int index, CancellationToken cancellationToken)
    {
        var clip = plan.Clips[index];
        if (!clip.Info.HasAudio)
        {
            return null;
        }

        if (!_sounds.TryGetValue(index, out var path))
        {
            path = folder.File(string.Create(CultureInfo.InvariantCulture, $"{index:D6}.pcm"));
            await GuardedAsync($"The sound of {Name(index)}", () => runner.RunAsync(FilmArguments.OfSound(clip, plan.FrameRate, path), onFrame: null, cancellationToken));
            _sounds.Add(index, path);
        }

        return path;
    }

    // Plain samples are large: a clip's are deleted when the film has passed it.
    private void ForgetBefore(int clip)
    {
        foreach (var (index, path) in _sounds.Where(pair => pair.Key < clip).ToList())
        {
            _sounds.Remove(index);
            File.Delete(path);
        }
    }

    private void ReportFrames(long inSegment) => progress.Report((1 - JoinShare) * (_framesDone + inSegment) / plan.Frames);

    private string Name(int clip) => $"clip {clip + 1} of {plan.Clips.Length} ('{plan.Clips[clip].Path}')";

    private static async Task<long> GuardedAsync(string what, Func<Task<long>> run)
    {
        try
        {
            return await run();
        }
        catch (MediaException exception) when (exception.GetType() == typeof(MediaException))
        {
            throw new MediaException($"{what} could not be rendered. {exception.Message}", exception);
        }
    }
}
