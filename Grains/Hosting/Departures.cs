using System.Collections.Concurrent;
using System.Diagnostics;

namespace Continuity.Grains.Hosting;

/// <summary>
/// For how long other silos have certainly been gone. What a process sent right before it died may still arrive; the longer it is dead, the less there is to
/// wait for.
/// </summary>
internal sealed class Departures : ISiloStatusListener, IDisposable
{
    private readonly ConcurrentDictionary<SiloAddress, long> _gone = new();
    private readonly ISiloStatusOracle _silos;
    private readonly TimeProvider _time;
    private readonly TimeSpan _upAtStart;
    private readonly long _startedAt;
    private long _lastAt = long.MinValue;

    public Departures(ISiloStatusOracle silos, TimeProvider time)
    {
        (_silos, _time) = (silos, time);
        using var process = Process.GetCurrentProcess();
        _upAtStart = time.GetUtcNow() - new DateTimeOffset(process.StartTime);
        _startedAt = time.GetTimestamp();
        silos.SubscribeToSiloStatusEvents(this);
    }

    /// <summary>How this silo is named in what it records.</summary>
    public string Me => _silos.SiloAddress.ToParsableString();

    public void SiloStatusChangeNotification(SiloAddress updatedSilo, SiloStatus status)
    {
        if (status is SiloStatus.Dead)
        {
            var now = _time.GetTimestamp();
            _gone.TryAdd(updatedSilo, now);
            Interlocked.Exchange(ref _lastAt, now);
        }
    }

    /// <summary>Since when no silo has gone; <see langword="null"/> when none has since this one started.</summary>
    public TimeSpan? SinceLast => Interlocked.Read(ref _lastAt) is > long.MinValue and var at ? _time.GetElapsedTime(at) : null;

    /// <summary>For how long a silo has been gone, at the least; zero when it may well be alive.</summary>
    /// <param name="silo">Its <see cref="Me"/>, as recorded.</param>
    public TimeSpan GoneFor(string? silo)
    {
        if (silo is null || SiloAddress.FromParsableString(silo) is not { } address || address.Equals(_silos.SiloAddress))
        {
            return TimeSpan.Zero;
        }

        if (_gone.TryGetValue(address, out var at))
        {
            return _time.GetElapsedTime(at);
        }

        // Neither alive nor seen to die: it was gone before this process was there.
        var isMember = _silos.GetApproximateSiloStatus(address) is not (SiloStatus.None or SiloStatus.Dead);
        return isMember ? TimeSpan.Zero : Longer(_upAtStart, TimeSpan.Zero) + _time.GetElapsedTime(_startedAt);
    }

    public void Dispose() => _silos.UnSubscribeFromSiloStatusEvents(this);

    private static TimeSpan Longer(TimeSpan a, TimeSpan b) => a > b ? a : b;
}
