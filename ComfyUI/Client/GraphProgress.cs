using System.Collections.Immutable;
using System.Text.Json;

namespace Continuity.ComfyUI.Client;

/// <summary>How much of a workflow is done, over all its nodes. Never falls. Not thread-safe.</summary>
internal sealed class GraphProgress
{
    // A workflow whose end has not been seen is not done, however far its last node is.
    private const double MostWhileRunning = 99;

    // Rough shares of the time, from workflows as people run them: sampling takes most of it, then work on each frame.
    private const double SamplerWeight = 20;
    private const double HeavyWeight = 4;

    private static readonly ImmutableArray<string> HeavyWords = ["Upscale", "VFI", "Decode", "Encode", "SaveVideo", "VideoCombine", "Interpolat"];

    private readonly Dictionary<string, double> _weights;
    private readonly Dictionary<string, double> _done = new(StringComparer.Ordinal);
    private readonly double _total;
    private double _percent;

    public GraphProgress(JsonElement graph, IReadOnlyCollection<string> outputNodes)
    {
        _weights = Needed(graph, outputNodes).ToDictionary(id => id, id => Weight(graph.Property(id)?.Text("class_type") ?? ""), StringComparer.Ordinal);
        _total = _weights.Values.Sum();
    }

    /// <summary>0 to 99; <see langword="null"/> when the workflow is not known.</summary>
    public double? Percent => _total > 0 ? _percent : null;

    /// <summary>Takes over what an earlier, less exact count of the same workflow has seen.</summary>
    public void TakeOver(GraphProgress? earlier)
    {
        foreach (var (nodeId, fraction) in earlier?._done ?? [])
        {
            Report(nodeId, fraction);
        }

        _percent = Math.Max(_percent, earlier?._percent ?? 0);
    }

    public void Finished(string nodeId) => Report(nodeId, 1);

    public void Report(string nodeId, double fraction)
    {
        if (!_weights.ContainsKey(nodeId) || double.IsNaN(fraction))
        {
            return;
        }

        _done[nodeId] = Math.Max(_done.GetValueOrDefault(nodeId), Math.Clamp(fraction, 0, 1));
        var percent = 100 * _done.Sum(node => _weights[node.Key] * node.Value) / _total;
        _percent = Math.Max(_percent, Math.Min(percent, MostWhileRunning));
    }

    // What no output needs is not run.
    private static HashSet<string> Needed(JsonElement graph, IReadOnlyCollection<string> outputNodes)
    {
        var needed = new HashSet<string>(StringComparer.Ordinal);
        if (graph.ValueKind != JsonValueKind.Object)
        {
            return needed;
        }

        var waiting = new Stack<string>(outputNodes.Count > 0 ? outputNodes : graph.EnumerateObject().Select(node => node.Name));
        while (waiting.TryPop(out var id))
        {
            if (graph.Property(id) is not { } node || !needed.Add(id))
            {
                continue;
            }

            foreach (var input in node.Members("inputs").Where(input => input.Value.ValueKind == JsonValueKind.Array && input.Value.GetArrayLength() == 2))
            {
                waiting.Push(input.Value[0].ToString());
            }
        }

        return needed;
    }

    private static double Weight(string nodeClass) =>
        nodeClass.Contains("Sampler", StringComparison.Ordinal) && !nodeClass.EndsWith("Select", StringComparison.Ordinal) ? SamplerWeight
        : HeavyWords.Any(word => nodeClass.Contains(word, StringComparison.Ordinal)) && !nodeClass.Contains("Text", StringComparison.Ordinal)
            && !nodeClass.EndsWith("Loader", StringComparison.Ordinal) ? HeavyWeight
        : 1;
}
