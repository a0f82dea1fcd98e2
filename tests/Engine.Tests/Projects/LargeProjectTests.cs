using System.Text;

using Continuity.Engine.Projects;

namespace Continuity.Engine.Tests.Projects;

[CollectionDefinition(nameof(LargeProjectTests), DisableParallelization = true)]
public sealed class MeasuresMemory;

[Collection(nameof(LargeProjectTests))]
public sealed class LargeProjectTests
{
    private const long MegaByte = 1024 * 1024;

    [Fact]
    public async Task A_file_of_300_megabytes_is_read_in_little_memory()
    {
        using var file = new GeneratedStream(
            """{ "scenes": [ { "id": "a", "keyframeStart": "data:video/mp4;base64,"""u8.ToArray(),
            150 * MegaByte,
            "\", \"title\": \"T\" } ], \"continuityData\": { \"a\": { \"videoFileBase64\": \""u8.ToArray(),
            150 * MegaByte,
            "\" } } }"u8.ToArray());
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var allocatedBefore = GC.GetTotalAllocatedBytes(precise: true);
        file.Peak = before;

        var result = await ProjectReader.ReadAsync(file, new HashingMediaSink(), CancellationToken.None);

        var scene = Assert.Single(Assert.IsType<ProjectReadResult.Read>(result).Project.Scenes);
        Assert.Equal("T", scene.Title);
        Assert.Equal(150 * MegaByte / 4 * 3, scene.KeyframeStart!.Size);
        Assert.True(file.Served > 300 * MegaByte, $"only {file.Served} bytes were read");
        var allocated = (GC.GetTotalAllocatedBytes(precise: true) - allocatedBefore) / MegaByte;
        Assert.True(allocated < 64, $"{allocated} MB were allocated");
        Assert.True(file.Peak - before < 64 * MegaByte, $"memory grew by {(file.Peak - before) / MegaByte} MB");
    }

    /// <summary>Makes a file as it is read: head, base64, middle, base64, tail. Looks at the memory in use while it does.</summary>
    private sealed class GeneratedStream(byte[] head, long first, byte[] middle, long second, byte[] tail) : Stream
    {
        private static readonly byte[] Base64 = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZn", 2_000)));
        private readonly Queue<(byte[] Pattern, long Length)> _parts = new([(head, head.Length), (Base64, first), (middle, middle.Length), (Base64, second), (tail, tail.Length)]);
        private long _given;

        public long Peak { get; set; }

        public long Served { get; private set; }

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => ValueTask.FromResult(Next(buffer.Span));

        public override int Read(byte[] buffer, int offset, int count) => Next(buffer.AsSpan(offset, count));

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        private int Next(Span<byte> buffer)
        {
            Peak = Math.Max(Peak, GC.GetTotalMemory(forceFullCollection: false));
            if (!_parts.TryPeek(out var part))
            {
                return 0;
            }

            var at = (int)(_given % part.Pattern.Length);
            var count = (int)Math.Min(Math.Min(buffer.Length, part.Pattern.Length - at), part.Length - _given);
            part.Pattern.AsSpan(at, count).CopyTo(buffer);
            _given += count;
            Served += count;
            if (_given == part.Length)
            {
                _parts.Dequeue();
                _given = 0;
            }

            return count;
        }
    }
}
