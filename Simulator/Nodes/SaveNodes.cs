using Continuity.Simulator.Json;
using Continuity.Simulator.Media;
using Continuity.Simulator.Execution;
using Continuity.Simulator.Storage;
using SkiaSharp;

namespace Continuity.Simulator.Nodes;

/// <summary>Output nodes that write pictures.</summary>
internal static class SaveNodes
{
    public static readonly byte[] TinyPng = MakeTinyPng();

    public static void Register(Dictionary<string, NodeRunner> runners)
    {
        runners["SaveImage"] = call => SaveImagesAsync(call, call.Text("filename_prefix"), "output");
        runners["PreviewImage"] = call => SaveImagesAsync(call, "ComfyUI_temp_" + call.Object.RandomPrefix, "temp");
        runners["SaveImageWebsocket"] = SendImagesAsync;
        runners["SaveVideo"] = SaveVideoNodes.SaveVideoAsync;
        runners["SaveWEBM"] = SaveVideoNodes.SaveWebmAsync;
        runners["SaveAnimatedWEBP"] = SaveVideoNodes.SaveWebpAsync;
        runners["SaveAnimatedPNG"] = SaveVideoNodes.SavePngAsync;
        runners["PreviewAny"] = PreviewAny;
        runners["VHS_VideoCombine"] = VideoCombine.RunAsync;
    }

    /// <summary>The entry by which history and messages name a file.</summary>
    public static PyDict FileEntry(string filename, string subfolder, string type) =>
        new() { ["filename"] = filename, ["subfolder"] = subfolder, ["type"] = type };

    public static bool IsToldToWriteNothing(NodeCall call) => SimulatorFaults.Take(call.Services.Faults.EmptyOutputNodes, call.ClassType);

    public static byte[] EncodePng(NodeCall call, SKBitmap frame) => call.Services.Options.TinyMedia
        ? PictureFiles.WithTexts(TinyPng, Texts(call))
        : PictureFiles.Png(frame, Texts(call));

    private static async Task<NodeOutput> SaveImagesAsync(NodeCall call, string prefix, string type)
    {
        var images = call.Picture("images");
        var target = OutputName.Reserve(call.Services, prefix, type, images.Width, images.Height);
        var entries = new List<object?>();
        if (IsToldToWriteNothing(call))
        {
            return new NodeOutput([]);
        }

        var number = 0;
        var source = call.Services.Options.TinyMedia ? Pictures.Solid(1, 1, images.Count, 0) : images;
        await foreach (var frame in source.FramesAsync(call.CancellationToken))
        {
            var name = target.FileName.Replace("%batch_num%", PyText.Str((long)number), StringComparison.Ordinal);
            var file = $"{name}_{target.Counter + number:00000}_.png";
            WriteFile(Path.Combine(target.Folder, file), EncodePng(call, frame));
            entries.Add(FileEntry(file, target.Subfolder, type));
            number++;
        }

        if (!target.FileName.Contains('%', StringComparison.Ordinal))
        {
            call.Services.Counters.Written(target, target.Counter + number - 1, "_.png");
        }

        call.Services.Statistics.Update(s => s with { FilesWritten = s.FilesWritten + number });
        return new NodeOutput([], new PyDict { ["images"] = entries });
    }

    // Not asynchronous: for a file as small as a picture the hops between threads cost more than the write.
    private static void WriteFile(string path, byte[] bytes)
    {
        using var handle = File.OpenHandle(path, FileMode.Create, FileAccess.Write);
        RandomAccess.Write(handle, bytes, fileOffset: 0);
    }

    private static async Task<NodeOutput> SendImagesAsync(NodeCall call)
    {
        var images = call.Picture("images");
        long number = 0;
        await foreach (var frame in images.FramesAsync(call.CancellationToken))
        {
            call.Progress(number++, (long)images.Count, new Preview(PictureFiles.Png(frame, []), IsPng: true));
        }

        return new NodeOutput([], []);
    }

    private static List<(string Key, string Text)> Texts(NodeCall call)
    {
        var texts = new List<(string, string)> { ("prompt", PyJson.Write(call.Item.Prompt)) };
        foreach (var (key, value) in call.Item.ExtraData.Find("extra_pnginfo") as PyDict ?? [])
        {
            texts.Add((key, PyJson.Write(value)));
        }

        return texts;
    }

    private static Task<NodeOutput> PreviewAny(NodeCall call)
    {
        var text = call.Value("source") switch
        {
            IList<object?> or PyDict => PyJson.Write(call.Value("source")),
            null or string or bool or long or double or System.Numerics.BigInteger => PyText.Str(call.Value("source")),
            _ => "source exists, but could not be serialized.",
        };
        return Task.FromResult(new NodeOutput([], new PyDict { ["text"] = new List<object?> { text } }));
    }

    private static byte[] MakeTinyPng()
    {
        using var bitmap = new SKBitmap(1, 1, SKColorType.Bgra8888, SKAlphaType.Opaque);
        bitmap.Erase(SKColors.Teal);
        return PictureFiles.Png(bitmap, []);
    }
}
