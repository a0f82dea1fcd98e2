namespace Continuity.Simulator.Nodes;

/// <summary>Text and picture encoders.</summary>
internal static class ConditioningNodes
{
    public static void Register(Dictionary<string, NodeRunner> runners)
    {
        runners["CLIPTextEncode"] = async call =>
        {
            await call.UseAsync(call.Get<ModelValue>("clip", "tokenize"));
            return NodeOutput.Of(new Conditioning(call.Text("text")));
        };
        runners["CLIPVisionEncode"] = async call =>
        {
            _ = call.Picture("image");
            await call.UseAsync(call.Get<ModelValue>("clip_vision", "encode_image"));
            return NodeOutput.Of(new Opaque("CLIP_VISION_OUTPUT"));
        };
        runners["FluxGuidance"] = call => Pass(call, "conditioning");
        runners["ConditioningZeroOut"] = call =>
        {
            _ = call.Conditioning("conditioning");
            return Task.FromResult(NodeOutput.Of(new Conditioning("")));
        };
        runners["ConditioningSetArea"] = call => Pass(call, "conditioning");
        runners["ConditioningAverage"] = call => Pass(call, "conditioning_to");
        runners["LTXVConditioning"] = call => Task.FromResult(Both(call));
        runners["ControlNetApplyAdvanced"] = async call =>
        {
            _ = call.Picture("image");
            await call.UseAsync(call.Get<ModelValue>("control_net", "copy"));
            return Both(call);
        };
        runners["ConditioningCombine"] = call => Join(call, "conditioning_1", "conditioning_2");
        runners["ConditioningConcat"] = call => Join(call, "conditioning_to", "conditioning_from");
    }

    private static NodeOutput Both(NodeCall call) => NodeOutput.Of(call.Conditioning("positive"), call.Conditioning("negative"));

    private static Task<NodeOutput> Pass(NodeCall call, string name) => Task.FromResult(NodeOutput.Of(call.Conditioning(name)));

    private static Task<NodeOutput> Join(NodeCall call, string first, string second) => Task.FromResult(NodeOutput.Of(
        new Conditioning($"{call.Conditioning(first).Text} {call.Conditioning(second).Text}".Trim())));
}
