using System.Runtime.CompilerServices;
using Continuity.Simulator.Json;
using SkiaSharp;

namespace Continuity.Simulator.Media;

/// <summary>The frames of a video file, decoded as they are asked for.</summary>
internal sealed class VideoPicture(Ffmpeg ffmpeg, string path, int width, int height, int count) : Picture(width, height, count)
{
    public override async IAsyncEnumerable<SKBitmap> FramesAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var process = ffmpeg.StartDecoding(path, cancellationToken);
        using var frame = NewFrame(Width, Height);
        var buffer = new byte[Width * Height * 4];
        for (var i = 0; i < Count; i++)
        {
            var read = await process.Output.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, process.Stopped);
            if (read < buffer.Length)
            {
                throw new PythonException("av.error.InvalidDataError", $"[Errno 1094995529] Invalid data found when processing input: '{path}'");
            }

            System.Runtime.InteropServices.Marshal.Copy(buffer, 0, frame.GetPixels(), buffer.Length);
            yield return frame;
        }
    }
}
