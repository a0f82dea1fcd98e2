using Continuity.Grains.Media;

namespace Continuity.Grains.Tests.Media;

public sealed class TimelineRendererTests : IDisposable
{
    private const int Tolerance = 3;
    private readonly MediaBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task Render_EqualClipsAndCuts_CopiesThemFrameByFrame()
    {
        string[] clips = [await _bench.ClipAsync(0, 20), await _bench.ClipAsync(1, 17), await _bench.ClipAsync(2, 24)];

        var (report, film) = await _bench.RenderAsync((clips[0], null), (clips[1], "Cut"), (clips[2], null));

        Assert.True(report.Lossless);
        Assert.False(film.HasAudio);
        var expected = (await Task.WhenAll(clips.Select(clip => TestClip.DecodeAsync(clip, "yuv420p")))).SelectMany(bytes => bytes);
        Assert.Equal(expected, await TestClip.DecodeAsync(report.OutputPath, "yuv420p"));
        Assert.Equal((61L, TimeSpan.FromSeconds(61 / 24.0)), (report.Frames, report.Duration), new FrameAndTime());
        Assert.Equal([0L, 20L, 37L], report.Shots.Select(shot => shot.StartFrame));
        Assert.Empty(_bench.Leftovers);
    }

    [Fact]
    public async Task Render_Dissolve_BlendsAndShortensTheFilmByTheOverlap()
    {
        var (a, b) = (await _bench.ClipAsync(0, 24), await _bench.ClipAsync(4, 24));

        var (report, film) = await _bench.RenderAsync((a, "cross dissolve"), (b, null));

        Assert.Equal(36, film.Frames);
        Assert.Equal([new RenderedTransition(0, TransitionKind.Dissolve, 12)], report.Rendered.ToList());
        var levels = await TestClip.LevelsOfAsync(report.OutputPath, film);
        for (var frame = 0; frame < 36; frame++)
        {
            var first = frame < 24 ? TestClip.Levels(0, 24)[frame] : 0;
            var second = frame >= 12 ? TestClip.Levels(4, 24)[frame - 12] : 0;
            var share = Math.Clamp((frame - 12) / 12.0, 0, 1);
            Assert.True(Math.Abs(levels[frame] - ((first * (1 - share)) + (second * share))) <= Tolerance, $"Frame {frame} of {TestClip.Format(levels)}");
        }
    }

    [Fact]
    public async Task Render_FadeToBlack_KeepsEveryFrameAndIsBlackInTheMiddle()
    {
        var (a, b) = (await _bench.ClipAsync(3, 24), await _bench.ClipAsync(4, 24));

        var (report, film) = await _bench.RenderAsync((a, "Fade to Black"), (b, null));

        var levels = await TestClip.LevelsOfAsync(report.OutputPath, film);
        Assert.Equal(48, levels.Length);
        Assert.Equal([new RenderedTransition(0, TransitionKind.FadeToBlack, 24)], report.Rendered.ToList());
        Assert.True(levels[23] <= 17 && levels[24] <= 17, TestClip.Format(levels));
        Assert.True(Math.Abs(levels[11] - TestClip.Levels(3, 24)[11]) <= Tolerance && Math.Abs(levels[36] - TestClip.Levels(4, 24)[12]) <= Tolerance, TestClip.Format(levels));
        Assert.True(levels[12..24].Zip(levels[13..24]).All(pair => pair.First > pair.Second), TestClip.Format(levels));
        Assert.True(levels[24..36].Zip(levels[25..36]).All(pair => pair.First < pair.Second), TestClip.Format(levels));
    }

    [Fact]
    public async Task Render_MixedClips_BringsThemToOneFormatInOrder()
    {
        var wide = await _bench.ClipAsync(0, 24, "24", 96, 48);
        var tall = await _bench.ClipAsync(1, 8, "8", 33 - 1, 64);
        var single = await TestClip.CreateAsync(_bench.Folder.File("one.webm"), TestClip.Levels(2, 1), encoder: ["-c:v", "libvpx", "-b:v", "1M"]);
        var fast = await _bench.ClipAsync(3, 30, "30");

        var (report, film) = await _bench.RenderAsync((wide, "Match Cut"), (tall, "Dissolve"), (single, "dip to black"), (fast, null));

        Assert.Equal((96, 48, new FrameRate(30, 1)), (film.Width, film.Height, film.FrameRate));
        Assert.True(film.ConstantRate);
        Assert.Equal("yuv420p", film.PixelFormat);
        Assert.Equal(30 + 30 + 1 + 30, film.Frames, tolerance: 1);
        Assert.Equal(report.Frames, film.Frames);
        Assert.Equal([(0, "Match Cut"), (1, "Dissolve"), (2, "dip to black")], report.ReplacedByCuts.Select(cut => (cut.AfterClip, cut.Requested)));
        var levels = await TestClip.LevelsOfAsync(report.OutputPath, film);
        Assert.True(Math.Abs(levels[0] - 40) <= Tolerance && Math.Abs(levels[30] - 70) <= Tolerance && Math.Abs(levels[^1] - (130 + 29)) <= Tolerance, TestClip.Format(levels));

        // The tall clip is 24 pixels wide here, with black beside it.
        var left = await TestClip.LevelsOfAsync(report.OutputPath, film, x: 0.1);
        Assert.True(left[45] <= 17 && Math.Abs(left[0] - 40) <= Tolerance, TestClip.Format(left));
    }

    [Fact]
    public async Task Render_SoundInSomeClips_KeepsItInPlaceAndIsSilentElsewhere()
    {
        var silent = await _bench.ClipAsync(0, 24);
        var loud = await _bench.ClipAsync(1, 24, soundSeconds: 1.5);
        var brief = await _bench.ClipAsync(2, 24, soundSeconds: 0.5);

        var (report, film) = await _bench.RenderAsync((silent, null), (loud, null), (brief, null));

        Assert.True(film.HasAudio && report.HasAudio);
        Assert.Equal(72, film.Frames);
        var sound = await TestClip.SoundOfAsync(report.OutputPath);
        Assert.Equal(3 * 48000, sound.Length, tolerance: 1100);
        Assert.True(TestClip.Loudness(sound, 0.1, 0.9) < 20);
        Assert.True(TestClip.Loudness(sound, 1.1, 1.9) > 1000);
        Assert.True(TestClip.Loudness(sound, 2.1, 2.4) > 1000);
        Assert.True(TestClip.Loudness(sound, 2.6, 2.9) < 20);
    }

    [Fact]
    public async Task Render_DissolveWithSound_CrossfadesTheSound()
    {
        var (a, b) = (await _bench.ClipAsync(0, 24, soundSeconds: 1), await _bench.ClipAsync(1, 24));

        var (report, _) = await _bench.RenderAsync((a, "dissolve"), (b, null));

        var sound = await TestClip.SoundOfAsync(report.OutputPath);
        var (before, early, late, after) =
            (TestClip.Loudness(sound, 0.2, 0.4), TestClip.Loudness(sound, 0.55, 0.65), TestClip.Loudness(sound, 0.8, 0.9), TestClip.Loudness(sound, 1.1, 1.4));
        Assert.True(before > early && early > late && late > 4 * after && after < 20, $"{before} {early} {late} {after}");
    }

    [Fact]
    public async Task Render_ManySegmentsWithSound_DoesNotDrift()
    {
        // 17 frames at 23.976 are a whole number neither of milliseconds nor of AAC frames.
        var clip = await TestClip.CreateAsync(_bench.Folder.File("a.mp4"), TestClip.Levels(0, 17), "24000/1001", soundSeconds: 0.8);
        var clips = Enumerable.Repeat((clip, (string?)null), 6).ToArray();

        var (report, film) = await _bench.RenderAsync(clips);

        Assert.Equal(6 * 17, film.Frames);
        Assert.True(film.ConstantRate, film.ToString());
        Assert.True(report.Lossless);
        var sound = await TestClip.SoundOfAsync(report.OutputPath);
        Assert.Equal(6 * 17 * 1001 / 24000.0, sound.Length / 48000.0, tolerance: 0.025);
    }

    [Fact]
    public async Task Render_Progress_RisesToExactly100()
    {
        var seen = new List<double>();
        var plan = new TimelinePlan([new(await _bench.ClipAsync(0, 12), "Dissolve"), new(await _bench.ClipAsync(1, 12))]);

        await _bench.Renderer.RenderAsync(plan, new TimelineOutput(_bench.Folder.File("film.mp4")), new Collect(seen), CancellationToken.None);

        Assert.Equal(100, seen[^1]);
        Assert.Equal(seen.Order(), seen);
        Assert.True(seen.Count >= 4, string.Join(' ', seen));
    }

    private sealed class Collect(List<double> seen) : IProgress<double>
    {
        public void Report(double value) => seen.Add(value);
    }

    private sealed class FrameAndTime : IEqualityComparer<(long Frames, TimeSpan Duration)>
    {
        public bool Equals((long Frames, TimeSpan Duration) x, (long Frames, TimeSpan Duration) y) =>
            x.Frames == y.Frames && (x.Duration - y.Duration).Duration() < TimeSpan.FromMilliseconds(1);

        public int GetHashCode((long Frames, TimeSpan Duration) obj) => obj.Frames.GetHashCode();
    }
}
