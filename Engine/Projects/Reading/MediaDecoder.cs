using System.Buffers;
using System.Buffers.Text;
using System.Text;

using Continuity.Artifacts;

namespace Continuity.Engine.Projects.Reading;

/// <summary>Decodes base64 strings, with or without a data-URL prefix, from a scanner to a sink through two fixed buffers.</summary>
internal sealed class MediaDecoder(IMediaSink sink, CancellationToken cancellationToken)
{
    private static readonly SearchValues<byte> Space = SearchValues.Create(" \t\r\n"u8);

    private readonly byte[] _text = new byte[64 * 1024];
    private readonly byte[] _bytes = new byte[48 * 1024];
    private int _held;
    private bool _begun;
    private string? _statedType;
    private string _mediaType = MediaTypes.Unknown;
    private IMediaWriter? _writer;

    /// <summary>Reads a string that was entered, to its end.</summary>
    public async ValueTask<MediaOutcome> ReadAsync(JsonScanner scanner)
    {
        (_held, _begun, _statedType, _mediaType) = (0, false, null, MediaTypes.Unknown);
        try
        {
            while (true)
            {
                var part = await scanner.NextPartAsync();
                if (part.IsEmpty)
                {
                    return await FlushAsync(final: true) ?? await CompleteAsync();
                }

                while (!part.IsEmpty)
                {
                    var taken = Take(part.Span);
                    part = part[taken..];
                    if (_held == _text.Length && await FlushAsync(final: false) is { } problem)
                    {
                        await scanner.SkipStringAsync();
                        return problem;
                    }
                }
            }
        }
        finally
        {
            if (_writer is not null)
            {
                await _writer.DisposeAsync();
                _writer = null;
            }
        }
    }

    /// <summary>Takes as much text as there is room for, without white space, and tells how much of it was used up.</summary>
    private int Take(ReadOnlySpan<byte> part)
    {
        var used = 0;
        while (used < part.Length && _held < _text.Length)
        {
            var rest = part.Slice(used, Math.Min(part.Length - used, _text.Length - _held));
            var run = rest.IndexOfAny(Space);
            run = run < 0 ? rest.Length : run;
            rest[..run].CopyTo(_text.AsSpan(_held));
            _held += run;
            used += run;
            used += run < rest.Length ? 1 : 0;
        }

        return used;
    }

    private async ValueTask<MediaOutcome?> FlushAsync(bool final)
    {
        if (!_begun)
        {
            if (Begin() is { } problem)
            {
                return problem;
            }

            _begun = true;
        }

        // The last four characters wait for what follows: only the very end may hold padding.
        var count = final ? Pad() : Math.Max(0, _held - 4) / 4 * 4;
        if (count < 0)
        {
            return new MediaOutcome.Bad("is cut off: base64 never has a length of 4n + 1");
        }

        var status = Base64.DecodeFromUtf8(_text.AsSpan(0, count), _bytes, out var used, out var written, isFinalBlock: final);
        if (status != OperationStatus.Done || used != count)
        {
            return new MediaOutcome.Bad("is neither base64 nor a data URL with base64");
        }

        _text.AsSpan(used, _held - used).CopyTo(_text);
        _held -= used;
        if (written > 0)
        {
            await WriteAsync(written);
        }

        return null;
    }

    private int Pad()
    {
        var missing = (4 - (_held % 4)) % 4;
        if (missing == 3)
        {
            return -1;
        }

        // A full buffer is always flushed before its end, so there is room.
        _text.AsSpan(_held, missing).Fill((byte)'=');
        _held += missing;
        return _held;
    }

    private MediaOutcome? Begin()
    {
        var head = _text.AsSpan(0, _held);
        if (head.StartsWith("blob:"u8) || head.StartsWith("http:"u8) || head.StartsWith("https:"u8) || head.StartsWith("file:"u8))
        {
            return new MediaOutcome.Link();
        }

        if (!head.StartsWith("data:"u8))
        {
            return null;
        }

        var comma = head.IndexOf((byte)',');
        var prefix = comma < 0 ? "" : Encoding.ASCII.GetString(head[5..comma]);
        if (!prefix.EndsWith(";base64", StringComparison.OrdinalIgnoreCase))
        {
            return new MediaOutcome.Bad("is a data URL without base64");
        }

        _statedType = prefix[..prefix.IndexOf(';', StringComparison.Ordinal)].ToLowerInvariant();
        head[(comma + 1)..].CopyTo(_text);
        _held -= comma + 1;
        return null;
    }

    private async ValueTask WriteAsync(int count)
    {
        if (_writer is null)
        {
            _mediaType = MediaTypes.OfContent(_bytes.AsSpan(0, count)) ?? (_statedType is { Length: > 0 } ? _statedType : MediaTypes.Unknown);
            _writer = await sink.BeginAsync(_mediaType, cancellationToken);
        }

        await _writer.WriteAsync(_bytes.AsMemory(0, count), cancellationToken);
    }

    private async ValueTask<MediaOutcome> CompleteAsync() =>
        _writer is null ? new MediaOutcome.Empty() : new MediaOutcome.Stored(await _writer.CompleteAsync(_mediaType, cancellationToken));
}

/// <summary>What came of a media string.</summary>
internal abstract record MediaOutcome
{
    /// <summary>In the sink.</summary>
    public sealed record Stored(ArtifactRef Artifact) : MediaOutcome;

    /// <summary>There was nothing in it.</summary>
    public sealed record Empty : MediaOutcome;

    /// <summary>An address that means nothing outside the browser or machine that wrote the file.</summary>
    public sealed record Link : MediaOutcome;

    /// <summary>No media.</summary>
    public sealed record Bad(string Message) : MediaOutcome;
}
