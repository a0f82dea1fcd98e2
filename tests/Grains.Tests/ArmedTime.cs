using System.Threading.Channels;

using Microsoft.Extensions.Time.Testing;

namespace Continuity.Grains.Tests;

/// <summary>Tells when somebody waits for it to pass, and for how long.</summary>
internal sealed class ArmedTime : FakeTimeProvider
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Channel<TimeSpan> _armed = Channel.CreateUnbounded<TimeSpan>();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = base.CreateTimer(callback, state, dueTime, period);
        _armed.Writer.TryWrite(dueTime);
        return timer;
    }

    /// <summary>For how long the next timer that anybody makes is set.</summary>
    public Task<TimeSpan> ArmedAsync() => _armed.Reader.ReadAsync().AsTask().WaitAsync(Patience);
}
