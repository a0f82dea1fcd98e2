using System.Collections.Concurrent;
using System.Reflection;

using Continuity.Grains.Tasks;
using Continuity.Pipelines;
using Continuity.Tasks;

namespace Continuity.Grains.Tests.Tasks;

public sealed class ProgressRelayTests
{
    private readonly TaskCompletionSource _gate = new();
    private readonly ConcurrentQueue<TaskProgress> _told = [];

    [Fact]
    public void WhatIsOutdatedBeforeItCouldBeToldIsLeftOut()
    {
        var relay = Relay(_gate.Task);

        Report(relay, 1, 2, 3);
        Told(1);

        _gate.SetResult();
        Told(1, 3);

        Report(relay, 4);
        Told(1, 3, 4);
    }

    [Fact]
    public void AReportThatIsLostHoldsUpNoOther()
    {
        var relay = Relay(_gate.Task);

        Report(relay, 1, 2);
        _gate.SetException(new TimeoutException("The silo of the pipeline has gone."));

        Told(1, 2);
    }

    private ProgressRelay Relay(Task answer)
    {
        var pipeline = DispatchProxy.Create<IPipelineTasks, Pipeline>();
        ((Pipeline)(object)pipeline).Heard = progress =>
        {
            _told.Enqueue(progress);
            return answer;
        };
        return new ProgressRelay(pipeline);
    }

    private static void Report(ProgressRelay relay, params double[] percents)
    {
        foreach (var percent in percents)
        {
            relay.Report(new TaskProgress("t", 1, TaskPhase.Executing, percent, null, null));
        }
    }

    // What follows an answer is told on another thread.
    private void Told(params double[] percents)
    {
        SpinWait.SpinUntil(() => _told.Count >= percents.Length, TimeSpan.FromSeconds(30));
        Assert.Equal(percents, _told.Select(progress => progress.Percent!.Value));
    }

    /// <summary>A pipeline that only hears progress.</summary>
    public class Pipeline : DispatchProxy
    {
        internal Func<TaskProgress, Task> Heard { get; set; } = null!;

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => Heard((TaskProgress)args![0]!);
    }
}
