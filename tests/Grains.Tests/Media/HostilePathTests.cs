using Continuity.Grains.Media;

namespace Continuity.Grains.Tests.Media;

/// <summary>Paths are data: no character of theirs may mean anything to ffmpeg, its filters or its lists.</summary>
public sealed class HostilePathTests : IDisposable
{
    private readonly MediaBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Theory]
    [InlineData("-i.mp4")]
    [InlineData("it's \"quoted\" '' .mp4")]
    [InlineData("http:colon,[v];scale=2.mp4")]
    [InlineData("%d 100%03d.mp4")]
    [InlineData("back\\slash $(touch x) `y` #é 映画 🎬.mp4")]
    [InlineData("two\nlines.mp4")]
    public async Task Everything_WithAHostileName_Works(string name)
    {
        var plain = await _bench.ClipAsync(0, 6);
        var hostile = _bench.Folder.File(name);
        File.Copy(plain, hostile);

        var (lossless, film) = await _bench.RenderAsync((hostile, null), (hostile, null));
        await using var picture = await _bench.Extractor.ExtractLastFrameAsync(hostile, CancellationToken.None);
        var output = _bench.Folder.File("film " + name);
        var plan = new TimelinePlan([new(hostile, "Fade to Black"), new(plain)]);
        var rendered = await _bench.Renderer.RenderAsync(plan, new TimelineOutput(output), progress: null, CancellationToken.None);

        Assert.Equal(12, film.Frames);
        Assert.Equal(12, (await _bench.Probe.ProbeAsync(output, CancellationToken.None)).Frames);
        Assert.Equal(!name.Contains('\n', StringComparison.Ordinal), lossless.Lossless);
        Assert.Equal(output, rendered.OutputPath);
        Assert.True(new FileInfo(picture.Path).Length > 0);
    }
}
