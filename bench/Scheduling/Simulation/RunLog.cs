namespace Continuity.Bench.Scheduling;

/// <summary>What a GPU did without a break: a task with the loading before it, or the loading of a model for nobody yet.</summary>
/// <param name="Gpu">The GPU.</param>
/// <param name="Task">The task, if any.</param>
/// <param name="From">When it began.</param>
/// <param name="LoadSeconds">How long models were loaded.</param>
/// <param name="To">When it ended.</param>
internal sealed record Span(GpuModel Gpu, SimTask? Task, double From, double LoadSeconds, double To);

/// <summary>What happened in a run.</summary>
internal sealed class RunLog(Workload workload)
{
    private readonly List<Span> _spans = new(workload.Tasks.Count);

    /// <summary>In the order in which they ended.</summary>
    public IReadOnlyList<Span> Spans => _spans;

    /// <summary>When each task became ready; not a number for one that never did.</summary>
    public double[] ReadyAt { get; } = [.. Enumerable.Repeat(double.NaN, workload.Tasks.Count)];

    /// <summary>The order in which tasks became ready.</summary>
    public int[] ReadyOrder { get; } = new int[workload.Tasks.Count];

    public ShareMeter Shares { get; } = new(workload.Owners);

    /// <summary>Times that the policy answered with something to do.</summary>
    public int Decisions { get; set; }

    /// <summary>Time of this machine spent inside the policy.</summary>
    public TimeSpan PolicyTime { get; set; }

    public void Add(Span span) => _spans.Add(span);
}
