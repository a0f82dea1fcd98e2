using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Continuity.Simulator.Json;
using SkiaSharp;

namespace Continuity.Simulator.Media;

/// <summary>Pictures that one ffmpeg makes of a video file alone, by a chain of filters: no pixel passes through this process.</summary>
internal sealed record Film(Ffmpeg Ffmpeg, string Path, ImmutableArray<string> Filters)
{
    public Film With(string filter) => this with { Filters = Filters.Add(filter) };

    /// <summary>The frames as pixels, for those who do need them.</summary>
    public async IAsyncEnumerable<SKBitmap> FramesAsync(int width, int height, int count, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var process = Ffmpeg.StartDecoding(this, count, cancellationToken);
        using var frame = new SKBitmap(width, height, SKColorType.Bgra8888, SKAlphaType.Opaque);
        var buffer = new byte[width * height * 4];
        for (var i = 0; i < count; i++)
        {
            var read = await process.Output.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, process.Stopped);
            if (read < buffer.Length)
            {
                throw new PythonException("av.error.InvalidDataError", $"[Errno 1094995529] Invalid data found when processing input: '{Path}'");
            }

            Marshal.Copy(buffer, 0, frame.GetPixels(), buffer.Length);
            yield return frame;
        }
    }
}
