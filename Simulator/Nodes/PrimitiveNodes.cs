namespace Continuity.Simulator.Nodes;

/// <summary>Plain values.</summary>
internal static class PrimitiveNodes
{
    public static void Register(Dictionary<string, NodeRunner> runners)
    {
        foreach (var name in (string[])["PrimitiveString", "PrimitiveStringMultiline", "PrimitiveInt", "PrimitiveFloat", "PrimitiveBoolean"])
        {
            runners[name] = call => Task.FromResult(NodeOutput.Of(call.Value("value")));
        }

        runners["StringConcatenate"] = call => Task.FromResult(NodeOutput.Of(
            call.Text("string_a") + call.Text("delimiter") + call.Text("string_b")));
        runners["GetImageSize"] = call =>
        {
            var image = call.Picture("image");
            call.SendText($"width: {image.Width}, height: {image.Height}\n batch size: {image.Count}");
            return Task.FromResult(NodeOutput.Of((long)image.Width, (long)image.Height, (long)image.Count));
        };
    }
}
