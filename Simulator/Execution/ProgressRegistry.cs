using System.Text;
using Continuity.Simulator.Json;
using Continuity.Simulator.Sockets;

namespace Continuity.Simulator.Execution;

/// <summary>The progress of one prompt's nodes: all that started so far, sent as a whole at each change.</summary>
internal sealed class ProgressRegistry(string promptId, SocketHub hub)
{
    private const int PreviewEvent = 1;
    private const int PreviewWithMetadataEvent = 4;
    private readonly OrderedDictionary<string, Entry> _entries = new(StringComparer.Ordinal);

    public void Start(string nodeId)
    {
        Set(nodeId, "running", 0.0, 1.0);
        SendState();
    }

    public void Finish(string nodeId)
    {
        var max = _entries.TryGetValue(nodeId, out var known) ? known.Max : 1L;
        Set(nodeId, "finished", max, max);
        SendState();
    }

    public void Update(string nodeId, object value, object max, Preview? preview)
    {
        Set(nodeId, "running", value, max);
        SendState();
        var withMetadata = hub.SupportsPreviewMetadata(hub.CurrentClient);
        if (preview is not null && withMetadata)
        {
            SendWithMetadata(nodeId, preview);
        }

        hub.Send("progress", new PyDict { ["value"] = value, ["max"] = max, ["prompt_id"] = promptId, ["node"] = nodeId }, hub.CurrentClient);
        if (preview is not null && !withMetadata)
        {
            byte[] payload = [0, 0, 0, (byte)(preview.IsPng ? 2 : 1), .. preview.Bytes];
            hub.SendBinary(PreviewEvent, payload, hub.CurrentClient);
        }
    }

    private void SendWithMetadata(string nodeId, Preview preview)
    {
        var metadata = Encoding.UTF8.GetBytes(PyJson.Write(new PyDict
        {
            ["node_id"] = nodeId,
            ["prompt_id"] = promptId,
            ["display_node_id"] = nodeId,
            ["parent_node_id"] = null,
            ["real_node_id"] = nodeId,
            ["image_type"] = preview.IsPng ? "image/png" : "image/jpeg",
        }));
        var payload = new byte[4 + metadata.Length + preview.Bytes.Length];
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(payload, metadata.Length);
        metadata.CopyTo(payload, 4);
        preview.Bytes.CopyTo(payload, 4 + metadata.Length);
        hub.SendBinary(PreviewWithMetadataEvent, payload, hub.CurrentClient);
    }

    // A node's part is written once per change and not once per message: a message repeats all nodes so far.
    private void Set(string nodeId, string state, object value, object max)
    {
        var json = PyJson.Write(new PyDict
        {
            ["value"] = value,
            ["max"] = max,
            ["state"] = state,
            ["node_id"] = nodeId,
            ["prompt_id"] = promptId,
            ["display_node_id"] = nodeId,
            ["parent_node_id"] = null,
            ["real_node_id"] = nodeId,
        });
        _entries[nodeId] = new Entry(max, $"{PyJson.Write(nodeId)}: {json}");
    }

    private void SendState()
    {
        if (hub.HasReceiver(hub.CurrentClient))
        {
            var nodes = string.Join(", ", _entries.Values.Select(e => e.Json));
            var text = "{\"type\": \"progress_state\", \"data\": {\"prompt_id\": " + PyJson.Write(promptId) + ", \"nodes\": {" + nodes + "}}}";
            hub.SendJson(text, hub.CurrentClient);
        }
    }

    private readonly record struct Entry(object Max, string Json);
}

/// <summary>A preview picture on its way to the web socket.</summary>
internal sealed record Preview(byte[] Bytes, bool IsPng);
