using Continuity.Grains.Media;

namespace Continuity.Grains.Tests.Media;

/// <summary>Paths are data: no character of theirs may mean anything to ffmpeg, its filters or its lists. The folder of every media test is hostile too.</summary>
public sealed class HostilePathTests : IDisposable
{
    private static readonly string[] Names =
    [
        "-i.mp4", "it's \"quoted\" '' .mp4", "http:colon,[v];scale=2.mp4", "%d 100%03d.mp4", "back\\slash $(touch x) `y` #é 映画 🎬.mp4",
    ];

    private readonly MediaBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task Render_HostileNames_AreCopiedInOrder()
    {
        var clips = await CopiesAsync(Names);

        var (report, film) = await _bench.RenderAsync([.. clips.Select(clip => (clip, (string?)null))]);

        Assert.True(report.Lossless);
        Assert.Equal(16 * clips.Count, film.Frames);
    }

    [Fact]
    public async Task Render_NameWithALineBreak_IsEncodedBecauseNoListCanHoldIt()
    {
        var clips = await CopiesAsync(["two\nfile 'lines.mp4", "plain.mp4"]);

        var (report, film) = await _bench.RenderAsync((clips[0], null), (clips[1], null));

        Assert.False(report.Lossless);
        Assert.Equal(32, film.Frames);
    }

    [Fact]
    public async Task Render_HostileNamesWithTransitions_AreEncodedToAHostileName()
    {
        var clips = await CopiesAsync(Names[1..4]);
        var output = _bench.Folder.File("film " + Names[1]);
        var plan = new TimelinePlan([.. clips.Select(clip => new TimelinePlanClip(clip, "Fade to Black"))]);

        var report = await _bench.Renderer.RenderAsync(plan, new TimelineOutput(output), progress: null, CancellationToken.None);

        Assert.Equal(output, report.OutputPath);
        Assert.Equal(16 * clips.Count, (await _bench.Probe.ProbeAsync(output, CancellationToken.None)).Frames);
    }

    [Fact]
    public async Task ExtractLastFrame_HostileNames_Work()
    {
        foreach (var clip in await CopiesAsync([Names[0], Names[3]]))
        {
            await using var picture = await _bench.Extractor.ExtractLastFrameAsync(clip, CancellationToken.None);
            Assert.True(new FileInfo(picture.Path).Length > 0);
        }
    }

    private async Task<List<string>> CopiesAsync(string[] names)
    {
        var original = await _bench.ClipAsync(0, 16);
        var copies = names.Select(_bench.Folder.File).ToList();
        copies.ForEach(copy => File.Copy(original, copy));
        return copies;
    }
}
