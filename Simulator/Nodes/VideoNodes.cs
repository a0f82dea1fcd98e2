using Continuity.Simulator.Json;
using Continuity.Simulator.Media;

namespace Continuity.Simulator.Nodes;

/// <summary>Nodes that take videos apart, put them together and make frames between frames.</summary>
internal static class VideoNodes
{
    public static void Register(Dictionary<string, NodeRunner> runners)
    {
        runners["LoadVideo"] = call => Task.FromResult(NodeOutput.Of(
            new VideoValue(null, 0, Path.GetFullPath(call.Services.Folders.Annotated(call.Text("file"))))));
        runners["CreateVideo"] = call => Task.FromResult(NodeOutput.Of(
            new VideoValue(call.Picture("images"), call.Float("fps"), null) { Sound = call.OptionalSound("audio") }));
        runners["GetVideoComponents"] = async call =>
        {
            var video = call.Get<VideoValue>("video", "get_components");
            if (video.Images is { } images)
            {
                return NodeOutput.Of(images, video.Sound, video.Fps);
            }

            var (frames, fps, sound) = await VideoProbe.OpenAsync(call.Services.Ffmpeg, video.File!, call.CancellationToken);
            await call.DelayAsync(call.Services.Options.FrameTime * frames.Count);
            return NodeOutput.Of(frames, sound, fps);
        };
        runners["RIFE VFI"] = async call =>
        {
            var frames = call.Picture("frames");
            if (frames.Count < 2)
            {
                throw new PythonException("AssertionError", $"VFI model requires at least 2 frames to work with, only found {frames.Count}.");
            }

            await call.Services.Memory.UseAsync("interpolation_models", call.Text("ckpt_name"), call.CancellationToken);
            for (var frame = 1; frame < frames.Count; frame++)
            {
                await call.DelayAsync(call.Services.Options.FrameTime);
                call.ThrowIfInterrupted();
            }

            return NodeOutput.Of(Pictures.Interpolate(frames, call.Int("multiplier")));
        };
    }
}
