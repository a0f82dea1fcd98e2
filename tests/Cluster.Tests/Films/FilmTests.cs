using System.Globalization;

using Continuity.Engine.Outputs;
using Continuity.Tasks;

namespace Continuity.Cluster.Tests.Films;

/// <summary>The film itself, looked at with ffmpeg.</summary>
[Collection(ReferenceFilm.Name)]
public sealed class FilmTests(ReferenceExport reference)
{
    private readonly FinishedExport _export = reference.Export;

    [Fact]
    public async Task Film_HasTheFramesOfItsShotsWithoutTheOverlap()
    {
        var shots = Shots();
        var total = 0;
        foreach (var shot in shots)
        {
            total += await Ffmpeg.FramesAsync(_export.PathOf(shot));
        }

        Assert.Equal(4, shots.Count);
        Assert.Equal(total - Story.DissolveFrames, await Ffmpeg.FramesAsync(_export.FilmPath));
    }

    [Fact]
    public async Task Film_IsAsLongAsTheManifestSays()
    {
        var film = Film();

        Assert.Equal(film.Metadata["frames"], (await Ffmpeg.FramesAsync(_export.FilmPath)).ToString(CultureInfo.InvariantCulture));
        Assert.Equal(double.Parse(film.Metadata["durationSeconds"], CultureInfo.InvariantCulture), await Ffmpeg.SecondsAsync(_export.FilmPath), precision: 1);
    }

    [Fact]
    public async Task Film_ShowsTheShotsInTheOrderOfTheProject()
    {
        var shots = Shots();
        var middles = new List<byte[]>();
        foreach (var shot in shots)
        {
            middles.Add(await Ffmpeg.FrameAsync(_export.PathOf(shot), Story.Frames / 2));
        }

        // The first two overlap.
        int[] starts = [0, Story.Frames - Story.DissolveFrames, (2 * Story.Frames) - Story.DissolveFrames, (3 * Story.Frames) - Story.DissolveFrames];
        List<int> shown = [];
        foreach (var start in starts)
        {
            var frame = await Ffmpeg.FrameAsync(_export.FilmPath, start + (Story.Frames / 2));
            shown.Add(Enumerable.Range(0, middles.Count).MinBy(i => Difference(frame, middles[i])));
        }

        Assert.Equal([0, 1, 2, 3], shown);
    }

    private static long Difference(byte[] left, byte[] right) => left.Zip(right, (a, b) => (long)Math.Abs(a - b)).Sum();

    private ManifestTask Film() => _export.Manifest.Tasks.Single(task => task.Kind == TaskKind.ExportTimeline && task.Scene is null);

    // In the order of the manifest's scenes, which is the director's.
    private List<ManifestTask> Shots() =>
    [
        .. _export.Manifest.Scenes.SelectMany(scene => scene.ShotIds.Select(shot =>
            _export.Manifest.Tasks.Single(task => task.Kind == TaskKind.UpscaleVideo && task.Scene == scene.Id && task.Shot == shot))),
    ];
}
