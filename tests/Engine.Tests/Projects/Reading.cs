using System.Collections.Immutable;
using System.Text;

using Continuity.Engine.Projects;
using Continuity.Pipelines;

namespace Continuity.Engine.Tests.Projects;

/// <summary>Reads project texts in tests.</summary>
internal static class Reading
{
    public static readonly byte[] Png = Convert.FromBase64String(
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==");

    public static string PngText => Convert.ToBase64String(Png);

    public static Task<ProjectReadResult> ReadAsync(string json, IMediaSink? sink = null) => ReadAsync(Encoding.UTF8.GetBytes(json), sink);

    public static async Task<ProjectReadResult> ReadAsync(byte[] json, IMediaSink? sink = null)
    {
        using var stream = new TrickleStream(json);
        return await ProjectReader.ReadAsync(stream, sink ?? new HashingMediaSink(), CancellationToken.None);
    }

    public static async Task<Project> ReadGoodAsync(string json, IMediaSink? sink = null)
    {
        var result = await ReadAsync(json, sink);
        return result is ProjectReadResult.Read read
            ? read.Project
            : throw new InvalidOperationException(string.Join('\n', ((ProjectReadResult.Faulty)result).Faults));
    }

    public static async Task<ImmutableArray<DefinitionFault>> ReadFaultyAsync(string json, IMediaSink? sink = null) =>
        Assert.IsType<ProjectReadResult.Faulty>(await ReadAsync(json, sink)).Faults;

    /// <summary>Gives a few bytes at a time, so that every token is cut somewhere.</summary>
    private sealed class TrickleStream(byte[] content) : MemoryStream(content)
    {
        private int _turn;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(buffer.Length, (++_turn * 7 % 13) + 1)], cancellationToken);
    }
}
