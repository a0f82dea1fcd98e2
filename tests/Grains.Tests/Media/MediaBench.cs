using Continuity.Grains.Media;
using Microsoft.Extensions.Options;

namespace Continuity.Grains.Tests.Media;

/// <summary>The media classes on a folder of the test's own.</summary>
internal sealed class MediaBench : IDisposable
{
    public MediaBench(Action<MediaOptions>? configure = null, TimeProvider? timeProvider = null)
    {
        var options = new MediaOptions { TempDirectory = Folder.File("work") };
        configure?.Invoke(options);
        Runner = new FfmpegRunner(Options.Create(options), timeProvider ?? TimeProvider.System);
        Probe = new MediaProbe(Runner);
        Extractor = new FrameExtractor(Runner, Probe);
        Renderer = new TimelineRenderer(Runner, Probe);
    }

    public TestFolder Folder { get; } = new();

    public FfmpegRunner Runner { get; }

    public MediaProbe Probe { get; }

    public FrameExtractor Extractor { get; }

    public TimelineRenderer Renderer { get; }

    /// <summary>What is in the folder for unfinished work.</summary>
    public string[] Leftovers => Directory.Exists(Folder.File("work")) ? Directory.GetFileSystemEntries(Folder.File("work")) : [];

    public Task<string> ClipAsync(int index, int frames, string rate = "24", int width = TestClip.Width, int height = TestClip.Height, double soundSeconds = 0) =>
        TestClip.CreateAsync(Folder.File($"clip {index}.mp4"), TestClip.Levels(index, frames), rate, width, height, soundSeconds);

    public async Task<(TimelineReport Report, MediaInfo Film)> RenderAsync(params (string Path, string? Transition)[] clips)
    {
        var plan = new TimelinePlan([.. clips.Select(clip => new TimelinePlanClip(clip.Path, clip.Transition))]);
        var report = await Renderer.RenderAsync(plan, new TimelineOutput(Folder.File("film.mp4")), progress: null, CancellationToken.None);
        return (report, await Probe.ProbeAsync(report.OutputPath, CancellationToken.None));
    }

    public void Dispose() => Folder.Dispose();
}
