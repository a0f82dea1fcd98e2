using System.Runtime.CompilerServices;

using Continuity.Client.Tests.Cli;
using Continuity.Client.Watching;
using Continuity.Pipelines;

using Microsoft.Extensions.Time.Testing;

using Orleans.Runtime;

namespace Continuity.Client.Tests.Sdk;

public sealed class PipelineWatcherTests
{
    private static readonly PipelineId Id = new("p1");
    private readonly SkippingTime _time = new() { AutoAdvanceAmount = TimeSpan.FromSeconds(1) };
    private readonly List<long> _askedAfter = [];

    [Fact]
    public async Task Watch_BrokenOff_AsksAgainAfterTheLastVersionAndNeverGoesBack()
    {
        var watcher = Watcher(TimeSpan.FromMinutes(1), [Active(1), Active(3), new SiloUnavailableException()], [Active(2), Active(4), Final(5)]);

        var versions = await ReadAsync(watcher);

        Assert.Equal([1, 3, 4, 5], versions);
        Assert.Equal([0, 3], _askedAfter);
    }

    [Fact]
    public async Task Watch_EndedWithoutAFinalUpdate_GoesOn()
    {
        var watcher = Watcher(TimeSpan.FromMinutes(1), [Active(1)], [Final(2)]);

        Assert.Equal([1, 2], await ReadAsync(watcher));
    }

    [Fact]
    public async Task Watch_NoSuchPipeline_Throws() =>
        await Assert.ThrowsAsync<NotFoundException>(() => ReadAsync(Watcher(TimeSpan.FromMinutes(1), Array.Empty<object>())));

    [Fact]
    public async Task Watch_SilentBeyondTheDeadline_IsUnavailable()
    {
        var error = await Assert.ThrowsAsync<UnavailableException>(() => ReadAsync(Watcher(TimeSpan.Zero, [new TimeoutException("no answer")])));

        Assert.Contains("no answer", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Watch_ErrorThatStays_IsThrownAsItIs() =>
        await Assert.ThrowsAsync<InvalidOperationException>(() => ReadAsync(Watcher(TimeSpan.FromMinutes(1), [new InvalidOperationException()])));

    private static PipelineUpdate Active(long version) => Fixtures.Update(version, PipelineStatus.Active, []);

    private static PipelineUpdate Final(long version) => Fixtures.Update(version, PipelineStatus.Completed, []);

    private async Task<List<long>> ReadAsync(PipelineWatcher watcher)
    {
        List<long> versions = [];
        await foreach (var update in watcher.WatchAsync(Id, 0, CancellationToken.None))
        {
            versions.Add(update.Summary.Version);
        }

        return versions;
    }

    private PipelineWatcher Watcher(TimeSpan deadline, params object[][] watches)
    {
        var remaining = new Queue<object[]>(watches);
        return new PipelineWatcher((after, token) => Play(after, remaining.Dequeue(), token), deadline, _time);
    }

    private async IAsyncEnumerable<PipelineUpdate> Play(long after, object[] script, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        _askedAfter.Add(after);
        foreach (var step in script)
        {
            await Task.Yield();
            cancellationToken.ThrowIfCancellationRequested();
            yield return step as PipelineUpdate ?? throw (Exception)step;
        }
    }

    /// <summary>Every pause is over at once, and nothing else makes the time pass: however slow the machine is, the deadline sees the same.</summary>
    private sealed class SkippingTime() : FakeTimeProvider(Fixtures.Noon)
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = base.CreateTimer(callback, state, dueTime, period);
            _ = Task.Run(() => Advance(dueTime));
            return timer;
        }
    }
}
