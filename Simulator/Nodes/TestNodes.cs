using System.Collections.Concurrent;
using Continuity.Simulator.Execution;
using Continuity.Simulator.Gpu;
using Continuity.Simulator.Json;
using Continuity.Simulator.Media;

namespace Continuity.Simulator.Nodes;

/// <summary>Nodes that sleep, fail, block and crash on demand.</summary>
internal static class TestNodes
{
    public static void Register(Dictionary<string, NodeRunner> runners)
    {
        var failedBefore = new ConcurrentDictionary<string, bool>(StringComparer.Ordinal);
        runners["TestSleep"] = SleepAsync;
        runners["TestSleepHard"] = async call =>
        {
            var image = call.Picture("image");
            await call.DelayAsync(TimeSpan.FromSeconds(call.Float("seconds")));
            return NodeOutput.Of(image);
        };
        runners["TestFail"] = async call =>
        {
            var image = call.Picture("image");
            await call.DelayAsync(TimeSpan.FromSeconds(call.Float("after_seconds")));
            return call.Text("kind") switch
            {
                "oom" => throw OutOfMemory(call.Text("message")),
                "flaky" when !failedBefore.TryAdd($"{call.Services.Folders.Root} {call.Text("message")}", true) => NodeOutput.Of(image),
                _ => throw new PythonException("RuntimeError", call.Text("message")),
            };
        };
        runners["TestOOM"] = call => throw OutOfMemory(call.Text("message"));
        runners["TestBlock"] = call => Task.FromResult(NodeOutput.Of(new ExecutionBlocker(call.Text("message"))));
        runners["TestCrash"] = call => call.Services.FaultGate.CrashAsync(call.CancellationToken);
        runners["TestProgressText"] = call =>
        {
            call.SendText(call.Text("text"));
            return Task.FromResult(NodeOutput.Of(call.Picture("image")));
        };
    }

    private static PythonException OutOfMemory(string message) => ModelMemory.OutOfMemory(20L << 30, $" (test): {message}");

    private static async Task<NodeOutput> SleepAsync(NodeCall call)
    {
        var image = call.Picture("image");
        var steps = call.Int("steps");
        for (var step = 1; step <= steps; step++)
        {
            await call.DelayOrInterruptAsync(TimeSpan.FromSeconds(call.Float("seconds") / steps));
            var preview = call.Flag("previews") ? new Preview(await PictureFiles.PreviewAsync(image, 1, call.CancellationToken), IsPng: false) : null;
            call.Progress((long)step, (long)steps, preview);
        }

        return NodeOutput.Of(image);
    }
}
