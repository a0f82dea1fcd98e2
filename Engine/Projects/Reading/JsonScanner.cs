using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Continuity.Engine.Projects.Reading;

/// <summary>
/// Reads JSON from a stream through one fixed buffer, a token at a time, and strings a part at a time. The BCL's reader needs a whole token in memory, and here
/// one token may be a video.
/// </summary>
internal sealed class JsonScanner(Stream stream, CancellationToken cancellationToken)
{
    private const int MaxNumberLength = 1_000;
    private static readonly SearchValues<byte> NumberBytes = SearchValues.Create("+-.0123456789eE"u8);
    private static readonly SearchValues<byte> Space = SearchValues.Create(" \t\r\n"u8);

    private readonly byte[] _buffer = new byte[64 * 1024];
    private readonly byte[] _escape = new byte[4];
    private bool _isEscape;
    private int _start;
    private int _end;
    private long _offset;
    private long _line = 1;
    private long _lineStart;

    private long Position => _offset + _start;

    /// <summary>Skips a byte order mark.</summary>
    public async ValueTask BeginAsync()
    {
        if (await EnsureAsync(3) && _buffer.AsSpan(0, 3).SequenceEqual(Encoding.UTF8.Preamble))
        {
            _start = 3;
            _lineStart = 3;
        }
        else if (await EnsureAsync(2) && (_buffer[0], _buffer[1]) is (0xFF, 0xFE) or (0xFE, 0xFF))
        {
            throw Error("the file is UTF-16; save it as UTF-8");
        }
    }

    /// <summary>The next byte that is no white space, left in place; -1 at the end.</summary>
    public async ValueTask<int> PeekAsync()
    {
        while (true)
        {
            var span = _buffer.AsSpan(_start, _end - _start);
            var index = span.IndexOfAnyExcept(Space);
            CountLines(index < 0 ? span : span[..index]);
            _start += index < 0 ? span.Length : index;
            if (index >= 0)
            {
                return _buffer[_start];
            }

            if (!await EnsureAsync(1))
            {
                return -1;
            }
        }
    }

    /// <summary>Steps over the byte that was peeked.</summary>
    public void Advance() => _start++;

    /// <summary>The next part of a string that was entered, unescaped; empty at its end, which is stepped over. Valid until the next call.</summary>
    public async ValueTask<ReadOnlyMemory<byte>> NextPartAsync()
    {
        if (!await EnsureAsync(1))
        {
            throw Error("the file ends inside a text; it is cut off");
        }

        var span = _buffer.AsSpan(_start, _end - _start);
        var index = span.IndexOfAny((byte)'"', (byte)'\\');
        _isEscape = index == 0;
        if (index == 0)
        {
            if (span[0] == (byte)'"')
            {
                _start++;
                return default;
            }

            return await EscapeAsync();
        }

        var part = _buffer.AsMemory(_start, index < 0 ? span.Length : index);
        CountLines(part.Span);
        _start += part.Length;
        return part;
    }

    /// <summary>Steps over the rest of a string that was entered.</summary>
    public async ValueTask SkipStringAsync()
    {
        while (!(await NextPartAsync()).IsEmpty)
        {
        }
    }

    /// <summary>Reads a string that was entered.</summary>
    /// <returns>The text, or <see langword="null"/> when it is longer than the limit; it is stepped over all the same.</returns>
    public async ValueTask<string?> ReadStringAsync(int maxBytes)
    {
        var text = new ArrayBufferWriter<byte>();
        var fits = true;
        while (true)
        {
            var part = await NextPartAsync();
            if (part.IsEmpty)
            {
                return fits ? Encoding.UTF8.GetString(text.WrittenSpan) : null;
            }

            if (!_isEscape && part.Span.IndexOfAnyInRange((byte)0, (byte)0x1F) >= 0)
            {
                throw Error("a text holds a raw control character, such as a line break; write it as an escape, such as \\n");
            }

            fits = fits && text.WrittenCount + part.Length <= maxBytes;
            if (fits)
            {
                text.Write(part.Span);
            }
        }
    }

    /// <summary>Reads a number.</summary>
    public async ValueTask<byte[]> ReadNumberAsync()
    {
        var number = new ArrayBufferWriter<byte>(32);
        while (await EnsureAsync(1))
        {
            var span = _buffer.AsSpan(_start, _end - _start);
            var length = span.IndexOfAnyExcept(NumberBytes);
            length = length < 0 ? span.Length : length;
            if (number.WrittenCount + length > MaxNumberLength)
            {
                throw Error("a number is longer than 1,000 digits");
            }

            number.Write(span[..length]);
            _start += length;
            if (_start < _end)
            {
                break;
            }
        }

        return IsNumber(number.WrittenSpan) ? number.WrittenSpan.ToArray() : throw Error($"'{Encoding.UTF8.GetString(number.WrittenSpan)}' is no JSON number");
    }

    /// <summary>Reads <c>true</c>, <c>false</c> or <c>null</c>.</summary>
    public async ValueTask ReadLiteralAsync(ReadOnlyMemory<byte> literal)
    {
        if (!await EnsureAsync(literal.Length) || !_buffer.AsSpan(_start, literal.Length).SequenceEqual(literal.Span))
        {
            throw Error($"expected {Encoding.UTF8.GetString(literal.Span)}");
        }

        _start += literal.Length;
    }

    /// <summary>An error at the present place.</summary>
    public JsonSyntaxException Error(string message) =>
        new($"not valid JSON at line {_line}, column {Position - _lineStart + 1}: {message}");

    private static bool IsNumber(ReadOnlySpan<byte> text)
    {
        var digits = text is [(byte)'-', ..] ? text[1..] : text;
        var leadingZero = digits is [(byte)'0', >= (byte)'0' and <= (byte)'9', ..];
        var bounds = digits is [>= (byte)'0' and <= (byte)'9', ..] && text[^1] is >= (byte)'0' and <= (byte)'9';
        var dot = digits.IndexOf((byte)'.');
        var digitAfterDot = dot < 0 || digits[(dot + 1)..] is [>= (byte)'0' and <= (byte)'9', ..];
        return bounds && !leadingZero && digitAfterDot && Utf8Parser.TryParse(text, out double _, out var used) && used == text.Length;
    }

    private async ValueTask<ReadOnlyMemory<byte>> EscapeAsync()
    {
        await EnsureAsync(2);
        var code = _end - _start > 1 ? _buffer[_start + 1] : 0;
        if (code == (byte)'u')
        {
            return await UnicodeEscapeAsync();
        }

        _escape[0] = code switch
        {
            (byte)'"' or (byte)'\\' or (byte)'/' => (byte)code,
            (byte)'b' => (byte)'\b',
            (byte)'f' => (byte)'\f',
            (byte)'n' => (byte)'\n',
            (byte)'r' => (byte)'\r',
            (byte)'t' => (byte)'\t',
            _ => throw Error("a backslash is followed by something that is no escape"),
        };
        _start += 2;
        return _escape.AsMemory(0, 1);
    }

    private async ValueTask<ReadOnlyMemory<byte>> UnicodeEscapeAsync()
    {
        await EnsureAsync(12);
        var unit = CodeUnit(_start) ?? throw Error("\\u must be followed by four hexadecimal digits");
        _start += 6;
        var rune = Rune.ReplacementChar;
        if (char.IsHighSurrogate(unit) && CodeUnit(_start) is { } low && char.IsLowSurrogate(low))
        {
            rune = new Rune(unit, low);
            _start += 6;
        }
        else if (!char.IsSurrogate(unit))
        {
            // A half of a pair on its own is what browsers write for a text that was cut in the middle of an emoji: replaced, not refused.
            rune = new Rune(unit);
        }

        return _escape.AsMemory(0, rune.EncodeToUtf8(_escape));
    }

    private char? CodeUnit(int at) =>
        _end - at >= 6 && _buffer[at] == (byte)'\\' && _buffer[at + 1] == (byte)'u'
        && ushort.TryParse(_buffer.AsSpan(at + 2, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var unit)
            ? (char)unit
            : null;

    private void CountLines(ReadOnlySpan<byte> text)
    {
        var last = text.LastIndexOf((byte)'\n');
        if (last >= 0)
        {
            _line += text.Count((byte)'\n');
            _lineStart = Position + last + 1;
        }
    }

    private async ValueTask<bool> EnsureAsync(int count)
    {
        if (_end - _start >= count)
        {
            return true;
        }

        _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
        _offset += _start;
        _end -= _start;
        _start = 0;
        while (_end < count)
        {
            var read = await stream.ReadAsync(_buffer.AsMemory(_end), cancellationToken);
            if (read == 0)
            {
                return false;
            }

            _end += read;
        }

        return true;
    }
}
