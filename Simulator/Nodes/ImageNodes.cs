using System.Globalization;
using System.Text.RegularExpressions;
using Continuity.Simulator.Json;
using Continuity.Simulator.Media;

namespace Continuity.Simulator.Nodes;

/// <summary>Nodes that make and change pictures.</summary>
internal static partial class ImageNodes
{
    public static void Register(Dictionary<string, NodeRunner> runners)
    {
        runners["EmptyImage"] = call => One(Pictures.Solid(call.Int("width"), call.Int("height"), call.Int("batch_size"), call.Int("color")));
        runners["LoadImage"] = LoadAsync;
        runners["ImageScale"] = call => One(Scale(call, call.Picture("image")));
        runners["ImageScaleBy"] = call =>
        {
            var image = call.Picture("image");
            var factor = call.Float("scale_by");
            var size = (Width: (int)Math.Round(image.Width * factor), Height: (int)Math.Round(image.Height * factor));
            return size.Width < 1 || size.Height < 1
                ? throw new PythonException("RuntimeError", "Input and output sizes should be greater than 0")
                : One(Pictures.Scale(image, size.Width, size.Height, nearest: IsNearest(call)));
        };
        runners["ImageInvert"] = call => One(Pictures.Invert(call.Picture("image")));
        runners["ImageBatch"] = call =>
        {
            var first = call.Picture("image1");
            return One(Pictures.Join(first, Pictures.Scale(call.Picture("image2"), first.Width, first.Height, crop: true)));
        };
        runners["RepeatImageBatch"] = call => One(Pictures.Repeat(call.Picture("image"), call.Int("amount")));
        runners["ImageFromBatch"] = call =>
        {
            var image = call.Picture("image");
            var index = Math.Min(image.Count - 1, call.Int("batch_index"));
            return One(Pictures.Slice(image, index, Math.Min(image.Count - index, call.Int("length"))));
        };
        runners["ImageUpscaleWithModel"] = UpscaleAsync;
    }

    private static Task<NodeOutput> One(Picture picture) => Task.FromResult(NodeOutput.Of(picture));

    private static bool IsNearest(NodeCall call) => call.Text("upscale_method") == "nearest-exact";

    private static Picture Scale(NodeCall call, Picture image)
    {
        var (width, height) = (call.Int("width"), call.Int("height"));
        if (width == 0 && height == 0)
        {
            return image;
        }

        width = width == 0 ? Math.Max(1, (int)Math.Round((double)image.Width * height / image.Height)) : width;
        height = height == 0 ? Math.Max(1, (int)Math.Round((double)image.Height * width / image.Width)) : height;
        return Pictures.Scale(image, width, height, call.Text("crop") == "center", IsNearest(call));
    }

    public static async Task<NodeOutput> LoadAsync(NodeCall call)
    {
        var path = Path.GetFullPath(call.Services.Folders.Annotated(call.Text("image")));
        byte[] bytes;
        try
        {
            bytes = await File.ReadAllBytesAsync(path, call.CancellationToken);
        }
        catch (UnauthorizedAccessException) when (Directory.Exists(path))
        {
            throw new PythonException("IsADirectoryError", $"[Errno 21] Is a directory: '{path}'");
        }
        catch (IOException)
        {
            throw new PythonException("FileNotFoundError", $"[Errno 2] No such file or directory: '{path}'");
        }

        var picture = Pictures.TryDecode(bytes)
            ?? throw new PythonException("PIL.UnidentifiedImageError", $"cannot identify image file '{path}'");
        return NodeOutput.Of(picture, new Opaque("MASK"));
    }

    private static async Task<NodeOutput> UpscaleAsync(NodeCall call)
    {
        var model = call.Get<ModelValue>("upscale_model", "scale");
        var image = call.Picture("image");
        await call.UseAsync(model);
        var factor = FactorOf(model.Files[0].File);
        for (var frame = 1; frame <= image.Count; frame++)
        {
            await call.DelayAsync(call.Services.Options.FrameTime);
            call.Progress((long)frame, (long)image.Count);
        }

        return NodeOutput.Of(Pictures.Scale(image, image.Width * factor, image.Height * factor));
    }

    private static int FactorOf(string file)
    {
        var match = Factor().Match(file);
        return match.Success ? int.Parse(match.Value.Trim('x', 'X'), CultureInfo.InvariantCulture) : 4;
    }

    [GeneratedRegex("[1248]x|x[1248]", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Factor();
}
