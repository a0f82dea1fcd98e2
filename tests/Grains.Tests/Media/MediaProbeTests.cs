using CliWrap;
using Continuity.Grains.Media;

namespace Continuity.Grains.Tests.Media;

public sealed class MediaProbeTests : IDisposable
{
    private readonly MediaBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task Probe_ClipWithSound_TellsWhatItIs()
    {
        var clip = await TestClip.CreateAsync(_bench.Folder.File("a.mp4"), TestClip.Levels(0, 30), "30000/1001", soundSeconds: 2);

        var info = await _bench.Probe.ProbeAsync(clip, CancellationToken.None);

        Assert.Equal(
            (64, 48, new FrameRate(30000, 1001), 30L, true, "h264", "yuv420p", 0, 1.0, true),
            (info.Width, info.Height, info.FrameRate, info.Frames, info.HasAudio, info.VideoCodec, info.PixelFormat, info.Rotation, info.PixelAspect, info.ConstantRate));
        Assert.Equal(1.001, info.Duration.TotalSeconds, tolerance: 0.001);
    }

    [Fact]
    public async Task Probe_TurnedAndAnamorphic_TellsTheSizeAsDisplayed()
    {
        var wide = await TestClip.CreateAsync(
            _bench.Folder.File("wide.mp4"), TestClip.Levels(0, 2), encoder: ["-vf", "setsar=2", "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"]);
        var plain = await _bench.ClipAsync(1, 2);
        var turned = _bench.Folder.File("turned.mp4");
        await Cli.Wrap("ffmpeg").WithArguments(["-loglevel", "error", "-i", "file:" + plain, "-c", "copy", "-metadata:s:v:0", "rotate=90", "file:" + turned]).ExecuteAsync();

        Assert.Equal((128, 48), (await _bench.Probe.ProbeAsync(wide, CancellationToken.None)).DisplaySize);
        Assert.Equal((48, 64), (await _bench.Probe.ProbeAsync(turned, CancellationToken.None)).DisplaySize);

        // Side by side in one film: the turned clip stands upright, with black beside it.
        var (report, film) = await _bench.RenderAsync((wide, null), (turned, null));
        Assert.Equal((128, 48, false), (film.Width, film.Height, report.Lossless));
        Assert.Equal(1, film.PixelAspect);
        var edge = await TestClip.LevelsOfAsync(report.OutputPath, film, x: 0.3);
        Assert.True(edge is [> 35, > 35, < 18, < 18], TestClip.Format(edge));
    }
}
