using Continuity.Engine.Scheduling.Waiting;
using Continuity.Gpu;

namespace Continuity.Engine.Scheduling.Explaining;

/// <summary>What is said of a ticket that waits, and of the GPUs that do not have it.</summary>
internal static class WaitWords
{
    private const int MostFiles = 3;

    // Seconds.
    private const double Soon = 1;

    /// <summary>The reason of a wait in one line.</summary>
    /// <param name="ticket">The ticket.</param>
    /// <param name="ahead">How many go before it.</param>
    /// <param name="work">Its group.</param>
    /// <param name="start">In how many seconds it is expected to start, and where.</param>
    /// <param name="lanes">Every GPU of the pool.</param>
    public static string Of(Ticket ticket, int ahead, Forecast.GroupWork work, (double In, GpuId Gpu)? start, IReadOnlyCollection<GpuLane> lanes)
    {
        if (start is not { } expected)
        {
            return NoneWorks(ticket, [.. lanes.Select(lane => lane.Gpu)]);
        }

        if (work.Idle > 0 && (expected.In < Soon || ahead == 0))
        {
            return expected.In < Soon ? Eligibility.AboutToStart : $"next; left to {expected.Gpu}, which is expected to be done with it sooner than a GPU that is idle";
        }

        var gpus = work.Lanes.Length;
        return (ahead == 0 ? $"next; {(gpus == 1 ? "the only GPU that can run it is" : $"all {gpus} GPUs that can run it are")} busy" : $"{ahead} ahead of it for {Gpus(gpus)}") + work.Others
            + (ticket.IsLate ? "; late for its deadline, so that it goes before others" : "");
    }

    /// <summary>Why a GPU cannot have a ticket whatever it has to do; <see langword="null"/> when it can.</summary>
    public static (GpuRefusalKind Kind, string Words)? NotAvailable(Ticket ticket, FleetGpu gpu)
    {
        if (Abilities.Lacks(ticket, gpu).ToList() is { Count: > 0 } lacks)
        {
            return (GpuRefusalKind.Lacks, Eligibility.Describe(lacks));
        }

        var problem = gpu.Status.Problem is { } why ? $" ({why})" : "";
        return gpu.Status switch
        {
            { Mode: GpuMode.Paused } => (GpuRefusalKind.Paused, $"is paused (continuity gpus resume {gpu.Id})"),
            { Mode: GpuMode.Draining } => (GpuRefusalKind.Draining, $"is drained (continuity gpus resume {gpu.Id})"),
            { Health: GpuHealth.Unreachable } => (GpuRefusalKind.Unreachable, $"is unreachable{problem}"),
            { Health: GpuHealth.Quarantined } => (GpuRefusalKind.Quarantined, $"is quarantined{problem}"),
            { Health: not GpuHealth.Healthy } => (GpuRefusalKind.Unknown, $"has not been looked at yet{problem}"),
            _ => null,
        };
    }

    public static string FailedThere(Ticket ticket, FleetGpu gpu) =>
        $"is kept free of it, as it failed there: {ticket.ExcludedGpus.First(exclusion => exclusion.GpuId == gpu.Id).Reason}";

    /// <summary>What a GPU has to do.</summary>
    public static string Busy(GpuLane lane, TimeSpan? rest)
    {
        var own = lane.Items.Select((item, place) => $"{(place == 0 ? "runs" : "then")} {item.Ticket.Id.Task}").ToList();
        var words = (own, lane.Gpu.Status.BusyWith) switch
        {
            ([], { } others) => $"is {others}",
            ([], null) => "is busy",
            (_, { } others) => $"{string.Join(", ", own)}, and is {others}",
            _ => string.Join(", ", own),
        };
        return lane.Items.Count > 0 && rest is { } time ? $"{words}, for {About.Of(time)} more" : words;
    }

    /// <summary>What a GPU would have to load.</summary>
    public static string Loads(IReadOnlyCollection<ModelFile> missing, TimeSpan time, TicketGroup group) => missing.Count switch
    {
        0 => group.Sample.Models.IsEmpty ? "" : "; holds its models",
        <= MostFiles => $"; would load {string.Join(", ", missing.Select(model => model.FileName))} ({About.Of(time)})",
        _ => $"; would load {string.Join(", ", missing.Take(MostFiles).Select(model => model.FileName))} and {missing.Count - MostFiles} more ({About.Of(time)})",
    };

    public static string Tickets(int count) => count == 1 ? "1 ticket" : $"{count} tickets";

    private static string Gpus(int count) => count == 1 ? "1 GPU" : $"{count} GPUs";

    private static string NoneWorks(Ticket ticket, IReadOnlyCollection<FleetGpu> fleet)
    {
        if (fleet.Count == 0)
        {
            return "no GPU is registered; add one with --gpu URL, or 'continuity gpus add URL'";
        }

        if (Eligibility.WhyImpossible(ticket, fleet) is { } impossible)
        {
            return impossible;
        }

        var able = fleet.Select(gpu => (gpu.Id, gpu.Status.Mode, Refusal: NotAvailable(ticket, gpu))).Where(gpu => gpu.Refusal is not { Kind: GpuRefusalKind.Lacks }).ToList();
        return $"{(able.Any(gpu => gpu.Mode != GpuMode.Active) ? "no GPU that can run it takes work" : "no GPU answers")}: {string.Join("; ", able.Select(gpu => $"{gpu.Id} {gpu.Refusal?.Words ?? "works"}"))}";
    }
}
