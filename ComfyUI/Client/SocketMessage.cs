using System.Buffers.Binary;
using System.Text.Json;

namespace Continuity.ComfyUI.Client;

/// <summary>One frame from the WebSocket, taken apart. A closed set: <see cref="Event"/>, <see cref="Preview"/>.</summary>
internal abstract record SocketMessage
{
    // Kinds of binary frames, and the picture formats of the first.
    private const uint PlainPreview = 1;
    private const uint PreviewWithMetadata = 4;
    private const uint Png = 2;

    private SocketMessage()
    {
    }

    /// <summary>A JSON message; its prompt is <see langword="null"/> for those that are about none.</summary>
    public sealed record Event(string Type, string? PromptId, JsonElement Data) : SocketMessage;

    /// <summary>A preview picture; its prompt is <see langword="null"/> when the frame does not say, and the message before it does.</summary>
    public sealed record Preview(string? PromptId, PreviewImage Image) : SocketMessage;

    /// <summary>Takes a text frame apart; <see langword="null"/> when it makes no sense.</summary>
    public static SocketMessage? OfText(ReadOnlyMemory<byte> frame)
    {
        try
        {
            using var document = PythonJson.Parse(frame);
            var data = document.RootElement.Property("data") ?? default;
            return document.RootElement.Text("type") is { } type ? new Event(type, data.Text("prompt_id"), data.Clone()) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Takes a binary frame apart; <see langword="null"/> when it is no preview.</summary>
    public static SocketMessage? OfBinary(ReadOnlyMemory<byte> frame)
    {
        if (frame.Length <= 8)
        {
            return null;
        }

        var second = BinaryPrimitives.ReadUInt32BigEndian(frame.Span[4..]);
        var rest = frame[8..];
        switch (BinaryPrimitives.ReadUInt32BigEndian(frame.Span))
        {
            case PlainPreview:
                return new Preview(null, new PreviewImage(second == Png ? "image/png" : "image/jpeg", rest));
            case PreviewWithMetadata when second <= rest.Length:
                try
                {
                    using var metadata = JsonDocument.Parse(rest[..(int)second]);
                    var mediaType = metadata.RootElement.Text("image_type") ?? "image/jpeg";
                    return new Preview(metadata.RootElement.Text("prompt_id"), new PreviewImage(mediaType, rest[(int)second..]));
                }
                catch (JsonException)
                {
                    return null;
                }

            default:
                return null;
        }
    }
}
