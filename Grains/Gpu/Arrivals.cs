namespace Continuity.Grains.Gpu;

/// <summary>Tells when tickets have stopped coming: those of a pipeline that become ready together come within some milliseconds, in any order.</summary>
internal sealed class Arrivals(TimeProvider time)
{
    /// <summary>For so long nothing came when all have come. Little beside a load, and more than lies between two of many.</summary>
    public static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(30);

    /// <summary>Tickets that come all the time are not waited for.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(250);

    private long _last;

    /// <summary>A ticket came.</summary>
    public void Came() => _last = time.GetTimestamp();

    /// <summary>Waits until no more come.</summary>
    public async Task EndAsync()
    {
        var since = time.GetTimestamp();
        while (Quiet - time.GetElapsedTime(_last) is var wait && wait > TimeSpan.Zero && time.GetElapsedTime(since) < Longest)
        {
            await Task.Delay(wait, time);
        }
    }
}
