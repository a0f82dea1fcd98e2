namespace Continuity.Chaos.Processes;

/// <summary>How long the tests wait. Waits end when what they wait for has happened; these bounds only end a test that hangs.</summary>
public static class Patience
{
    /// <summary>For one step: a start, a line, a request.</summary>
    public static readonly TimeSpan Step = TimeSpan.FromSeconds(60);

    /// <summary>For a whole export, on a machine under load.</summary>
    public static readonly TimeSpan Export = TimeSpan.FromSeconds(180);

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);

    /// <summary>Looks again and again until what is seen will do.</summary>
    /// <exception cref="TimeoutException">It never did; the message has what was seen last.</exception>
    public static Task<T> UntilAsync<T>(Func<Task<T>> look, Func<T, bool> isEnough, Func<T, string> describe) => UntilAsync(look, isEnough, describe, Step);

    /// <summary>Looks again and again until what is seen will do.</summary>
    /// <exception cref="TimeoutException">It did not within this time; the message has what was seen last.</exception>
    public static async Task<T> UntilAsync<T>(Func<Task<T>> look, Func<T, bool> isEnough, Func<T, string> describe, TimeSpan patience)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var seen = await look();
            if (isEnough(seen))
            {
                return seen;
            }

            if (TimeProvider.System.GetElapsedTime(started) > patience)
            {
                throw new TimeoutException($"Not within {patience}. Seen last: {describe(seen)}");
            }

            await Task.Delay(Look, TimeProvider.System);
        }
    }
}
