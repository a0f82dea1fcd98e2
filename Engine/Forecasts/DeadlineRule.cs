namespace Continuity.Engine.Forecasts;

/// <summary>When a pipeline with a deadline goes before others of its priority.</summary>
public static class DeadlineRule
{
    /// <summary>
    /// Says whether a pipeline would come too late in the usual order, in more than one case of ten. While some of its work was never measured that cannot be said: until the time is up.
    /// </summary>
    /// <param name="deadline">When it is to be done.</param>
    /// <param name="forecast">When it will be done, as things are.</param>
    /// <param name="now">The time.</param>
    /// <returns>Whether it is late.</returns>
    public static bool IsLate(DateTimeOffset deadline, PipelineForecast forecast, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(forecast);
        return now >= deadline || (forecast is { IsRough: false, End: { } left } && now + left.P90 > deadline);
    }
}
