using System.Text.Json;
using Continuity.Simulator.Json;

namespace Continuity.Simulator.Http;

/// <summary>The body is longer than the server takes.</summary>
internal sealed class BodyTooLargeException(long size) : Exception
{
    public long Size { get; } = size;
}

/// <summary>Reads request bodies; the content type does not matter to the server.</summary>
internal static class Bodies
{
    private const int LargestChunk = 64 * 1024;

    public static async Task<byte[]> ReadAsync(HttpContext context, long limit)
    {
        using var buffer = new MemoryStream();
        var chunk = new byte[context.Request.ContentLength is > 0 and < LargestChunk and var length ? (int)length : LargestChunk];
        long size = 0;
        while (await context.Request.Body.ReadAsync(chunk, context.RequestAborted) is var read and > 0)
        {
            size += read;
            if (size <= limit)
            {
                buffer.Write(chunk, 0, read);
            }
        }

        return size <= limit ? buffer.ToArray() : throw new BodyTooLargeException(size);
    }

    /// <summary>The body as JSON; what is none raises, which makes a 500.</summary>
    public static async Task<object?> ReadJsonAsync(HttpContext context, long limit) => PyJson.Parse(await ReadAsync(context, limit));

    /// <summary>The body as JSON that must be an object; anything else raises, which makes a 500.</summary>
    public static async Task<PyDict> ReadDictAsync(HttpContext context, long limit) =>
        await ReadJsonAsync(context, limit) as PyDict ?? throw new JsonException("An object was expected.");
}
