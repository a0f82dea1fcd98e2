using Continuity.Grains.Media;

namespace Continuity.Grains.Tests.Media;

public sealed class FrameExtractorTests : IDisposable
{
    private readonly MediaBench _bench = new();

    public void Dispose() => _bench.Dispose();

    public static TheoryData<string, int, string, double, string[]> Clips() => new()
    {
        { "one frame.mp4", 1, "24", 0, [] },
        { "two frames.mp4", 2, "24", 0, [] },
        { "B-frames.mp4", 60, "24", 0, ["-c:v", "libx264", "-preset", "fast", "-bf", "3", "-g", "60"] },
        { "sound is longer.mp4", 36, "24", 4, ["-c:v", "libx264", "-preset", "ultrafast"] },
        { "odd rate.mp4", 41, "30000/1001", 0, ["-c:v", "libx264", "-preset", "ultrafast"] },
        { "last frame stays.mp4", 40, "24", 0, ["-vf", "settb=1/1000,setpts='if(eq(N,39),5500,N*50+mod(N,3)*9)'", "-fps_mode", "vfr", "-c:v", "libx264", "-preset", "ultrafast"] },
        { "variable rate.mkv", 40, "24", 0, ["-vf", "settb=1/1000,setpts='N*50+mod(N*7,5)*8'", "-fps_mode", "vfr", "-c:v", "libx264", "-preset", "ultrafast"] },
        { "web.webm", 30, "16", 0, ["-c:v", "libvpx", "-deadline", "realtime", "-b:v", "1M"] },
    };

    [Theory]
    [MemberData(nameof(Clips))]
    public async Task ExtractLastFrame_AnyClip_IsTheLastDecodedFramePixelByPixel(string name, int frames, string rate, double sound, string[] encoder)
    {
        byte[] levels = [.. Enumerable.Range(0, frames).Select(frame => (byte)(30 + (frame * 3)))];
        var clip = await TestClip.CreateAsync(_bench.Folder.File(name), levels, rate, soundSeconds: sound, encoder: encoder is [] ? null : [.. encoder, "-pix_fmt", "yuv420p"]);
        var all = await TestClip.DecodeAsync(clip, "rgb24");
        const int Size = TestClip.Width * TestClip.Height * 3;
        Assert.Equal(frames, all.Length / Size);

        await using var picture = await _bench.Extractor.ExtractLastFrameAsync(clip, CancellationToken.None);

        var pixels = await TestClip.DecodeAsync(picture.Path, "rgb24");
        Assert.Equal(all[^Size..], pixels);
        if (frames > 1)
        {
            Assert.NotEqual(all[^(2 * Size)..^Size], pixels);
        }
    }

    [Fact]
    public async Task ExtractLastFrame_WhenDisposed_LeavesNothing()
    {
        var clip = await _bench.ClipAsync(0, 4);

        await (await _bench.Extractor.ExtractLastFrameAsync(clip, CancellationToken.None)).DisposeAsync();

        Assert.Empty(_bench.Leftovers);
    }

    [Fact]
    public async Task ExtractLastFrame_NoVideo_SaysWhichFile()
    {
        var path = _bench.Folder.File("noise.mp4");
        await File.WriteAllBytesAsync(path, [.. Enumerable.Range(0, 5000).Select(i => (byte)(i * 31))]);

        var fault = await Assert.ThrowsAsync<MediaException>(() => _bench.Extractor.ExtractLastFrameAsync(path, CancellationToken.None));

        Assert.Contains(path, fault.Message, StringComparison.Ordinal);
        Assert.Empty(_bench.Leftovers);
    }
}
