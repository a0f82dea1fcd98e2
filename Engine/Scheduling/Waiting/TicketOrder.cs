using Continuity.Gpu;

namespace Continuity.Engine.Scheduling.Waiting;

/// <summary>First come, first served, whatever the tier: who waits longer, then the older pipeline, then the earlier task.</summary>
internal sealed class TicketOrder : IComparer<Ticket>
{
    public static readonly TicketOrder Instance = new();

    // Tasks that became ready together tell so in any order, some milliseconds apart: the first shot goes first all the same.
    public static readonly TimeSpan Together = TimeSpan.FromSeconds(0.5);

    public int Compare(Ticket? x, Ticket? y)
    {
        if (x is null || y is null)
        {
            return Comparer<bool>.Default.Compare(x is not null, y is not null);
        }

        var byWait = (x.WaitingSince.UtcTicks / Together.Ticks).CompareTo(y.WaitingSince.UtcTicks / Together.Ticks);
        var byAge = byWait != 0 ? byWait : x.PipelineCreatedAt.CompareTo(y.PipelineCreatedAt);
        var byOrder = byAge != 0 ? byAge : x.Order.CompareTo(y.Order);
        var byPipeline = byOrder != 0 ? byOrder : string.CompareOrdinal(x.Id.Task.Pipeline.Value, y.Id.Task.Pipeline.Value);
        var byTask = byPipeline != 0 ? byPipeline : string.CompareOrdinal(x.Id.Task.TaskId, y.Id.Task.TaskId);
        return byTask != 0 ? byTask : x.Id.Attempt.CompareTo(y.Id.Attempt);
    }
}
