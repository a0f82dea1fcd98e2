using System.Buffers;
using System.Runtime.InteropServices;

namespace Continuity.Grains.Media;

/// <summary>
/// Puts the film's sound together from the clips' plain samples (16-bit stereo), exactly as long as the pictures. Segment by segment, in order. Done on samples,
/// because compressed sound has lengths of its own that drift from the picture over many clips.
/// </summary>
internal sealed class SoundTrack(string path, FrameRate rate) : IAsyncDisposable
{
    private const int Channels = 2;
    private const int BytesPerSample = Channels * sizeof(short);

    private readonly FileStream _output = new(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16, useAsync: true);
    private long _position;

    /// <summary>Appends the sound of a segment.</summary>
    /// <param name="segment">The segment.</param>
    /// <param name="sound">The samples of the segment's clip; <see langword="null"/> for silence.</param>
    /// <param name="nextSound">The samples of the clip that a dissolve goes to; <see langword="null"/> for silence.</param>
    /// <param name="cancellationToken">Abandons the call.</param>
    public async Task AppendAsync(Segment segment, string? sound, string? nextSound, CancellationToken cancellationToken)
    {
        var begin = SampleAt(_position);
        var count = SampleAt(_position + segment.Frames) - begin;
        _position += segment.Frames;
        switch (segment)
        {
            case Segment.Body body:
                var fadeIn = SampleAt(body.FadeIn);
                var fadeOut = SampleAt(body.FadeOut);
                await AppendAsync(sound, SampleAt(body.Start), null, count, at => (Math.Min(Ramp(at, fadeIn), Ramp(count - 1 - at, fadeOut)), 0), cancellationToken);
                break;
            case Segment.Dissolve dissolve:
                await AppendAsync(sound, SampleAt(dissolve.Start), nextSound, count, at => (1 - Ramp(at, count), Ramp(at, count)), cancellationToken);
                break;
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    public ValueTask DisposeAsync() => _output.DisposeAsync();

    private static double Ramp(long at, long length) => at >= length ? 1 : (double)at / length;

    private long SampleAt(long frame) => rate.StartOf(frame, FilmArguments.SampleRate);

    private async Task AppendAsync(
        string? first, long firstStart, string? second, long count, Func<long, (double First, double Second)> gains, CancellationToken cancellationToken)
    {
        await using var a = Open(first, firstStart);
        await using var b = Open(second, 0);
        const int BlockSamples = 16 * 1024;
        var block = ArrayPool<byte>.Shared.Rent(2 * BlockSamples * BytesPerSample);
        try
        {
            var (left, right) = (block.AsMemory(0, BlockSamples * BytesPerSample), block.AsMemory(BlockSamples * BytesPerSample, BlockSamples * BytesPerSample));
            for (long done = 0; done < count;)
            {
                var samples = (int)Math.Min(BlockSamples, count - done);
                var bytes = samples * BytesPerSample;
                await FillAsync(a, left[..bytes], cancellationToken);
                await FillAsync(b, right[..bytes], cancellationToken);
                Mix(left.Span[..bytes], right.Span[..bytes], done, gains);
                await _output.WriteAsync(left[..bytes], cancellationToken);
                done += samples;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(block);
        }
    }

    private static void Mix(Span<byte> left, ReadOnlySpan<byte> right, long start, Func<long, (double First, double Second)> gains)
    {
        var a = MemoryMarshal.Cast<byte, short>(left);
        var b = MemoryMarshal.Cast<byte, short>(right);
        for (var i = 0; i < a.Length; i++)
        {
            var (first, second) = gains(start + (i / Channels));
            a[i] = (short)Math.Clamp(Math.Round((a[i] * first) + (b[i] * second), MidpointRounding.AwayFromZero), short.MinValue, short.MaxValue);
        }
    }

    private static Stream Open(string? path, long start)
    {
        if (path is null)
        {
            return Stream.Null;
        }

        var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, useAsync: true);
        file.Position = start * BytesPerSample;
        return file;
    }

    // Sound that ends before the picture goes on as silence.
    private static async Task FillAsync(Stream source, Memory<byte> target, CancellationToken cancellationToken)
    {
        var read = await source.ReadAtLeastAsync(target, target.Length, throwOnEndOfStream: false, cancellationToken);
        target[read..].Span.Clear();
    }
}
