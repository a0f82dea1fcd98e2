using Continuity.Simulator.Json;
using Continuity.Simulator.Media;

namespace Continuity.Simulator.Nodes;

/// <summary>Nodes that change single pictures; masks have no content here.</summary>
internal static class ImageEffectNodes
{
    private static readonly string[] BlendModes = ["normal", "multiply", "screen", "overlay", "soft_light", "difference"];

    public static void Register(Dictionary<string, NodeRunner> runners)
    {
        runners["ImageCrop"] = call => One(Crop(call, call.Picture("image")));
        runners["ImagePadForOutpaint"] = call => Task.FromResult(NodeOutput.Of(
            PictureEffects.Pad(call.Picture("image"), call.Int("left"), call.Int("top"), call.Int("right"), call.Int("bottom")),
            new Opaque("MASK")));
        runners["ImageBlend"] = call =>
        {
            var mode = call.Text("blend_mode");
            return BlendModes.Contains(mode, StringComparer.Ordinal)
                ? One(Pictures.Blend(call.Picture("image1"), call.Picture("image2"), 1 - call.Float("blend_factor")))
                : throw new PythonException("ValueError", $"Unsupported blend mode: {mode}");
        };
        runners["ImageBlur"] = call => One(PictureEffects.Blur(call.Picture("image"), call.Float("sigma")));
        runners["ImageSharpen"] = call => One(PictureEffects.Sharpen(call.Picture("image"), call.Float("alpha")));
        runners["ImageFlip"] = call => One(PictureEffects.Flip(call.Picture("image"), call.Text("flip_method").StartsWith('x')));
        runners["ImageScaleToTotalPixels"] = call =>
        {
            var image = call.Picture("image");
            var factor = Math.Sqrt(call.Float("megapixels") * 1024 * 1024 / ((double)image.Width * image.Height));
            return One(Pictures.Scale(image, (int)Math.Round(image.Width * factor), (int)Math.Round(image.Height * factor)));
        };
        runners["JoinImageWithAlpha"] = call => One(call.Picture("image"));
        runners["LoadImageMask"] = async call =>
        {
            await ImageNodes.LoadAsync(call);
            return NodeOutput.Of(new Opaque("MASK"));
        };
    }

    private static Task<NodeOutput> One(Picture picture) => Task.FromResult(NodeOutput.Of(picture));

    private static Picture Crop(NodeCall call, Picture image)
    {
        var (x, y) = (Math.Min(call.Int("x"), image.Width - 1), Math.Min(call.Int("y"), image.Height - 1));
        return Pictures.Crop(image, x, y, Math.Min(call.Int("width"), image.Width - x), Math.Min(call.Int("height"), image.Height - y));
    }
}
