using System.Diagnostics;
using System.Globalization;

using Continuity.Chaos.Processes;
using Continuity.Cluster.Tests.Processes;

namespace Continuity.Cluster.Tests.Films;

/// <summary>Looks at media with ffmpeg's own eyes.</summary>
internal static class Ffmpeg
{
    // Small enough that noise goes, large enough that shots differ.
    private const int Thumb = 16;

    /// <summary>Decodes every frame and counts them.</summary>
    public static async Task<int> FramesAsync(string path) => int.Parse(await TextAsync(
        "ffprobe", "-v", "error", "-select_streams", "v:0", "-count_frames", "-show_entries", "stream=nb_read_frames", "-of", "csv=p=0", path));

    /// <summary>The length in seconds.</summary>
    public static async Task<double> SecondsAsync(string path) =>
        double.Parse(await TextAsync("ffprobe", "-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0", path), CultureInfo.InvariantCulture);

    /// <summary>A hash of the decoded pictures, whatever else the file holds.</summary>
    public static Task<string> PictureHashAsync(string path) => TextAsync("ffmpeg", "-v", "error", "-i", path, "-map", "0:v", "-f", "md5", "-");

    /// <summary>One frame, made small.</summary>
    public static async Task<byte[]> FrameAsync(string path, int number) => await RunAsync(
        "ffmpeg", "-v", "error", "-i", path, "-vf", $"select=eq(n\\,{number}),scale={Thumb}:{Thumb}", "-frames:v", "1", "-f", "rawvideo", "-pix_fmt", "rgb24", "-");

    private static async Task<string> TextAsync(string program, params string[] arguments) =>
        System.Text.Encoding.UTF8.GetString(await RunAsync(program, arguments)).Trim().TrimEnd(',');

    private static async Task<byte[]> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false })!;
        using var content = new MemoryStream();
        var errors = process.StandardError.ReadToEndAsync();
        await process.StandardOutput.BaseStream.CopyToAsync(content).WaitAsync(Patience.Step);
        await process.WaitForExitAsync().WaitAsync(Patience.Step);
        Assert.True(process.ExitCode == 0 && content.Length > 0, $"{program} {string.Join(' ', arguments)}: {process.ExitCode}\n{await errors}");
        return content.ToArray();
    }
}
