namespace Continuity;

/// <summary>Instants to measure time with: they do not jump when somebody sets the machine's clock.</summary>
public static class SteadyTime
{
    /// <summary>
    /// The present moment, for comparison with others of this process only: it is no date, and neither goes back nor leaps. What is stored, or told to people, takes
    /// <see cref="TimeProvider.GetUtcNow"/>.
    /// </summary>
    /// <param name="time">The time provider.</param>
    /// <returns>The moment; the time since an unknown start, as an offset from 1970.</returns>
    public static DateTimeOffset GetSteadyNow(this TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(time);
        return DateTimeOffset.UnixEpoch + time.GetElapsedTime(0);
    }
}
