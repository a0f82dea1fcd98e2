namespace Continuity.Grains.Hosting;

/// <summary>
/// The system's clock, except that it never runs backwards: when it is set back this one goes on at half speed until it has been caught up with. Orleans makes no grain
/// on a silo whose time lies before what it has seen; after a correction by an hour that silo would refuse all work for an hour.
/// </summary>
/// <param name="wall">The clock that people set; its timestamps and timers are used as they are.</param>
internal sealed class ForwardTime(TimeProvider wall) : TimeProvider
{
    private const int Slowness = 2;

    private readonly Lock _lock = new();
    private DateTimeOffset _last = wall.GetUtcNow();
    private long _lastAt = wall.GetTimestamp();

    /// <inheritdoc/>
    public override TimeZoneInfo LocalTimeZone => wall.LocalTimeZone;

    /// <inheritdoc/>
    public override long TimestampFrequency => wall.TimestampFrequency;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow()
    {
        lock (_lock)
        {
            var (now, at) = (wall.GetUtcNow(), wall.GetTimestamp());
            var slow = _last + (wall.GetElapsedTime(_lastAt, at) / Slowness);
            (_last, _lastAt) = (now > slow ? now : slow, at);
            return _last;
        }
    }

    /// <inheritdoc/>
    public override long GetTimestamp() => wall.GetTimestamp();

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => wall.CreateTimer(callback, state, dueTime, period);
}
