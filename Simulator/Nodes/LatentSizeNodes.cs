using Continuity.Simulator.Media;

namespace Continuity.Simulator.Nodes;

/// <summary>Latents of other sizes and other video models.</summary>
internal static class LatentSizeNodes
{
    private const int Unit = 8; // pixels of one latent cell

    public static void Register(Dictionary<string, NodeRunner> runners)
    {
        runners["LatentUpscale"] = call => One(Upscale(call, call.Latent("samples")));
        runners["LatentUpscaleBy"] = call =>
        {
            var (latent, factor) = (call.Latent("samples"), call.Float("scale_by"));
            return One(latent with { Width = Scaled(latent.Width, factor), Height = Scaled(latent.Height, factor) });
        };
        runners["RepeatLatentBatch"] = call =>
        {
            var (latent, amount) = (call.Latent("samples"), call.Int("amount"));
            return One(latent with
            {
                Batch = latent.Batch * amount,
                Content = latent.Content is { } content ? Pictures.Repeat(content, amount) : null,
            });
        };
        runners["VAEEncodeForInpaint"] = async call =>
        {
            var pixels = call.Picture("pixels");
            await call.UseAsync(call.Get<ModelValue>("vae", "encode"));
            return NodeOutput.Of(LatentOf(pixels));
        };
        runners["InpaintModelConditioning"] = async call =>
        {
            var pixels = call.Picture("pixels");
            await call.UseAsync(call.Get<ModelValue>("vae", "encode"));
            return NodeOutput.Of(call.Conditioning("positive"), call.Conditioning("negative"), LatentOf(pixels));
        };
        runners["EmptyLTXVLatentVideo"] = call => One(LtxLatent(call));
        runners["LTXVImgToVideo"] = call => Task.FromResult(NodeOutput.Of(
            call.Conditioning("positive"),
            call.Conditioning("negative"),
            LtxLatent(call) with { Start = call.Picture("image") }));
        runners["SVD_img2vid_Conditioning"] = async call =>
        {
            var image = call.Picture("init_image");
            await call.UseAsync(call.Get<ModelValue>("clip_vision", "encode_image"));
            var size = (Width: call.Int("width") / Unit * Unit, Height: call.Int("height") / Unit * Unit);
            var latent = new Latent(size.Width, size.Height, call.Int("video_frames"), 1) { IsVideo = true, Start = image };
            return NodeOutput.Of(new Conditioning(""), new Conditioning(""), latent);
        };
    }

    public static Latent LatentOf(Picture pixels) =>
        new(pixels.Width / Unit * Unit, pixels.Height / Unit * Unit, 1, pixels.Count) { Content = pixels };

    private static Task<NodeOutput> One(Latent latent) => Task.FromResult(NodeOutput.Of(latent));

    private static Latent Upscale(NodeCall call, Latent latent)
    {
        const int Least = 64;
        var (width, height) = (call.Int("width"), call.Int("height"));
        if (width == 0 && height == 0)
        {
            return latent;
        }

        width = width == 0 ? (int)Math.Round((double)latent.Width * height / latent.Height) : width;
        height = height == 0 ? (int)Math.Round((double)latent.Height * width / latent.Width) : height;
        return latent with { Width = Math.Max(Least, width) / Unit * Unit, Height = Math.Max(Least, height) / Unit * Unit };
    }

    private static int Scaled(int pixels, double factor) => Math.Max(1, (int)Math.Round(pixels / Unit * factor)) * Unit;

    // This model compresses 32 pixels and 8 frames into one.
    private static Latent LtxLatent(NodeCall call) => new(
        call.Int("width") / 32 * 32,
        call.Int("height") / 32 * 32,
        ((call.Int("length") - 1) / 8 * 8) + 1,
        call.Int("batch_size"))
    {
        IsVideo = true,
    };
}
