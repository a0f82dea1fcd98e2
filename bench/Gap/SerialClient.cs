using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Text.Json;
using System.Text.Json.Nodes;

using Continuity.ComfyUI.Client;
using Continuity.Pipelines;

namespace Continuity.Bench.Gap;

/// <summary>What most scripts do: send a prompt, wait on the WebSocket for its end, send the next one. It fetches nothing and keeps nothing.</summary>
internal sealed class SerialClient(Uri address, IComfyClient uploads) : IWay
{
    public string Name => "serial client";

    public async Task RunAsync(PipelineDefinition definition)
    {
        var prompts = await Prompts.OfAsync(definition, uploads);
        var me = Guid.NewGuid().ToString("N");
        using var http = new HttpClient { BaseAddress = address };
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(new Uri($"ws://{address.Authority}/ws?clientId={me}"), CancellationToken.None);
        foreach (var (id, graph) in prompts)
        {
            using var answer = await http.PostAsJsonAsync(new Uri("prompt", UriKind.Relative), new JsonObject { ["prompt"] = graph, ["client_id"] = me, ["prompt_id"] = id });
            answer.EnsureSuccessStatusCode();
            while (!IsEnd(await ReceiveAsync(socket), id))
            {
            }
        }
    }

    private static async Task<byte[]> ReceiveAsync(ClientWebSocket socket)
    {
        using var message = new MemoryStream();
        var buffer = new byte[64 * 1024];
        ValueWebSocketReceiveResult part;
        do
        {
            part = await socket.ReceiveAsync(buffer.AsMemory(), CancellationToken.None);
            message.Write(buffer, 0, part.Count);
        }
        while (!part.EndOfMessage);
        return part.MessageType == WebSocketMessageType.Text ? message.ToArray() : "{}"u8.ToArray();
    }

    private static bool IsEnd(byte[] message, string id)
    {
        using var json = JsonDocument.Parse(message);
        return json.RootElement.TryGetProperty("type", out var type)
            && type.ValueEquals("executing")
            && json.RootElement.GetProperty("data") is var data
            && data.GetProperty("node").ValueKind == JsonValueKind.Null
            && data.GetProperty("prompt_id").ValueEquals(id);
    }
}
