using Continuity.Simulator.Media;

namespace Continuity.Simulator.Nodes;

/// <summary>Nodes that make latents and turn them into pictures and back.</summary>
internal static class LatentNodes
{
    public static void Register(Dictionary<string, NodeRunner> runners)
    {
        runners["EmptyLatentImage"] = call => Empty(call, isVideo: false);
        runners["EmptySD3LatentImage"] = call => Empty(call, isVideo: false);
        runners["EmptyHunyuanLatentVideo"] = call => Empty(call, isVideo: true);
        runners["Wan22ImageToVideoLatent"] = call =>
            Task.FromResult(NodeOutput.Of(Sized(call, 16, isVideo: true) with { Start = call.OptionalPicture("start_image") }));
        runners["WanImageToVideo"] = call => ImageToVideo(call, null);
        runners["WanFirstLastFrameToVideo"] = call => ImageToVideo(call, call.OptionalPicture("end_image"));
        runners["WanFunInpaintToVideo"] = call => ImageToVideo(call, call.OptionalPicture("end_image"));
        runners["VAEDecode"] = DecodeAsync;
        runners["VAEDecodeTiled"] = DecodeAsync;
        runners["VAEEncode"] = async call =>
        {
            var pixels = call.Picture("pixels");
            await call.UseAsync(call.Get<ModelValue>("vae", "encode"));
            return NodeOutput.Of(LatentSizeNodes.LatentOf(pixels));
        };
    }

    private static Task<NodeOutput> Empty(NodeCall call, bool isVideo) => Task.FromResult(NodeOutput.Of(Sized(call, 8, isVideo)));

    private static Latent Sized(NodeCall call, int unit, bool isVideo) => new(
        call.Int("width") / unit * unit,
        call.Int("height") / unit * unit,
        isVideo ? (((call.Int("length") - 1) / 4) * 4) + 1 : 1,
        call.Int("batch_size"))
    {
        IsVideo = isVideo,
    };

    private static Task<NodeOutput> ImageToVideo(NodeCall call, Picture? end) => Task.FromResult(NodeOutput.Of(
        call.Conditioning("positive"),
        call.Conditioning("negative"),
        Sized(call, 8, isVideo: true) with { Start = call.OptionalPicture("start_image"), End = end }));

    private static async Task<NodeOutput> DecodeAsync(NodeCall call)
    {
        var latent = call.Latent("samples");
        await call.UseAsync(call.Get<ModelValue>("vae", "decode"));

        // Decoding sends no progress and does not look at interrupts.
        await call.DelayAsync(call.Services.Options.FrameTime * latent.Frames);
        return NodeOutput.Of(latent.Content is { } content
            ? Pictures.Scale(content, latent.Width, latent.Height)
            : Pictures.Solid(latent.Width, latent.Height, latent.Frames, 0x7f7f7f));
    }
}
