using System.Diagnostics;
using Continuity.Grains.Media;
using Microsoft.Extensions.Time.Testing;

namespace Continuity.Grains.Tests.Media;

public sealed class MediaFaultTests
{
    // Ends only when it is killed.
    private static readonly string[] Endless = ["-re", "-f", "lavfi", "-i", "testsrc=size=64x48:rate=10", "-f", "null", "-"];

    [Fact]
    public async Task Run_Cancelled_LeavesNoProcess()
    {
        using var bench = new MediaBench();
        using var stop = new CancellationTokenSource();
        var id = 0;
        bench.Runner.ProcessStarted = started =>
        {
            id = started;
            stop.Cancel();
        };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => bench.Runner.RunAsync(Endless, onFrame: null, stop.Token));

        Assert.NotEqual(0, id);
        AssertEnded(id);
    }

    [Fact]
    public async Task Run_PastItsTimeLimit_IsKilledAndSaysSo()
    {
        var time = new FakeTimeProvider();
        using var bench = new MediaBench(options => options.TimeLimit = TimeSpan.FromMinutes(3), time);
        var id = 0;
        bench.Runner.ProcessStarted = started =>
        {
            id = started;
            time.Advance(TimeSpan.FromMinutes(3));
        };

        var fault = await Assert.ThrowsAsync<MediaKilledException>(() => bench.Runner.RunAsync(Endless, onFrame: null, CancellationToken.None));

        Assert.Contains("00:03:00", fault.Message, StringComparison.Ordinal);
        AssertEnded(id);
    }

    [Fact]
    public async Task Render_CancelledWhileItRuns_LeavesNothing()
    {
        using var bench = new MediaBench();
        using var stop = new CancellationTokenSource();
        var plan = new TimelinePlan([new(await bench.ClipAsync(0, 12), "Dissolve"), new(await bench.ClipAsync(1, 12))]);
        var runs = 0;
        var id = 0;
        bench.Runner.ProcessStarted = started =>
        {
            // Two probes, then the first segment.
            if (++runs == 3)
            {
                id = started;
                stop.Cancel();
            }
        };
        Directory.CreateDirectory(bench.Folder.File("films"));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => bench.Renderer.RenderAsync(plan, new TimelineOutput(bench.Folder.File("films/film.mp4")), progress: null, stop.Token));

        AssertEnded(id);
        Assert.Empty(bench.Leftovers);
        Assert.Empty(Directory.GetFileSystemEntries(bench.Folder.File("films")));
    }

    [Fact]
    public async Task Run_KilledBySomebody_TellsNothingAboutTheClips()
    {
        using var bench = new MediaBench();
        bench.Runner.ProcessStarted = id => Process.GetProcessById(id).Kill();

        var fault = await Assert.ThrowsAsync<MediaKilledException>(() => bench.Runner.RunAsync(Endless, onFrame: null, CancellationToken.None));

        Assert.Contains("memory", fault.Message, StringComparison.Ordinal);
    }

    // So little is written that ffmpeg 5 meets the end of the disk only when it closes the file, and ends with code 0.
    [Theory]
    [InlineData(1)]
    [InlineData(10)]
    public async Task Run_DiskIsFull_IsTheMachinesTrouble(int seconds)
    {
        using var bench = new MediaBench();

        var fault = await Assert.ThrowsAsync<MediaUnavailableException>(
            () => bench.Runner.RunAsync(["-f", "lavfi", "-i", $"testsrc=size=64x48:rate=10:duration={seconds}", "-f", "rawvideo", "file:/dev/full"], onFrame: null, CancellationToken.None));

        Assert.Contains("No space left on device", fault.Message, StringComparison.Ordinal);
        Assert.Contains(bench.Folder.File("work"), fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Work_InAFolderThatCannotBeMade_IsTheMachinesTrouble()
    {
        using var bench = new MediaBench(options => options.TempDirectory = "/dev/null/work");
        var clip = await bench.ClipAsync(0, 12);

        await Assert.ThrowsAsync<MediaUnavailableException>(() => bench.Extractor.ExtractLastFrameAsync(clip, CancellationToken.None));
        Assert.Throws<MediaUnavailableException>(bench.Renderer.CreateOutputPath);
    }

    [Fact]
    public async Task Run_NoFfmpeg_SaysWhatToInstall()
    {
        using var bench = new MediaBench(options => options.FfmpegPath = "no-such-ffmpeg");

        var fault = await Assert.ThrowsAsync<MediaToolMissingException>(() => bench.Runner.RunAsync(Endless, onFrame: null, CancellationToken.None));

        Assert.Contains("apt-get install ffmpeg", fault.Message, StringComparison.Ordinal);
        Assert.Contains("no-such-ffmpeg", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Probe_NotAVideo_NamesTheFileAndKeepsFfprobesWords()
    {
        using var bench = new MediaBench();
        var path = bench.Folder.File("text.mp4");
        await File.WriteAllTextAsync(path, "This is no film.");

        var fault = await Assert.ThrowsAsync<MediaException>(() => bench.Probe.ProbeAsync(path, CancellationToken.None));

        Assert.Contains(path, fault.Message, StringComparison.Ordinal);
        Assert.Contains("Invalid data", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Render_ClipIsGone_NamesIt()
    {
        using var bench = new MediaBench();

        var fault = await Assert.ThrowsAsync<MediaException>(() => bench.RenderAsync((bench.Folder.File("gone.mp4"), null)));

        Assert.Contains("gone.mp4' is not there", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Render_ClipWithDamagedMiddle_FailsAndNamesIt()
    {
        using var bench = new MediaBench();
        var good = await bench.ClipAsync(0, 12);
        var bad = await TestClip.CreateAsync(
            bench.Folder.File("bad.mp4"), TestClip.Levels(1, 48), encoder: ["-vf", "noise=alls=60", "-c:v", "libx264", "-preset", "ultrafast", "-movflags", "+faststart"]);
        var bytes = await File.ReadAllBytesAsync(bad);
        bytes.AsSpan(bytes.Length / 2, bytes.Length / 4).Clear();
        await File.WriteAllBytesAsync(bad, bytes);

        var fault = await Assert.ThrowsAsync<MediaException>(() => bench.RenderAsync((good, "Dissolve"), (bad, null)));

        Assert.Contains(bad, fault.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(bench.Folder.File("film.mp4")));
        Assert.Empty(bench.Leftovers);
    }

    [Fact]
    public void Start_SweepsWorkOfADeadProcessAndKeepsTheRest()
    {
        using var bench = new MediaBench();
        using var young = bench.Runner.CreateFolder();
        var old = bench.Runner.CreateFolder();
        File.WriteAllText(old.File("000000.mp4"), "");
        var now = new DateTimeOffset(Directory.GetLastWriteTimeUtc(young.Path));
        Directory.SetLastWriteTimeUtc(old.Path, (now - TimeSpan.FromHours(25)).UtcDateTime);

        StaleWork.Sweep(bench.Folder.File("work"), now);

        Assert.Equal([young.Path], bench.Leftovers);
    }

    private static void AssertEnded(int id) => Assert.Throws<ArgumentException>(() => Process.GetProcessById(id));
}
