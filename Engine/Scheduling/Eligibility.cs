using Continuity.Gpu;
using Continuity.Tasks;

namespace Continuity.Engine.Scheduling;

/// <summary>Which GPU may run which ticket, and why a ticket waits.</summary>
public static class Eligibility
{
    /// <summary>The reason of a ticket that waits for nothing but its turn in the next moment.</summary>
    public const string AboutToStart = "about to start";

    /// <summary>Whether a GPU may run a ticket.</summary>
    public enum Fit
    {
        /// <summary>It may.</summary>
        Yes,

        /// <summary>It may, but failed the task before while another GPU is to be had.</summary>
        Avoided,

        /// <summary>It cannot: a node or a file is missing there, or its memory is too small.</summary>
        Never,
    }

    /// <summary>Says whether a GPU may run a ticket.</summary>
    /// <param name="ticket">The ticket.</param>
    /// <param name="gpu">The GPU.</param>
    /// <param name="fleet">Every GPU of the pool.</param>
    /// <returns>Whether it may.</returns>
    public static Fit Of(Ticket ticket, GpuStatus gpu, IReadOnlyCollection<GpuStatus> fleet)
    {
        if (!CanRun(ticket, gpu))
        {
            return Fit.Never;
        }

        return Avoids(ticket, gpu) && fleet.Any(other => other.Health == GpuHealth.Healthy && CanRun(ticket, other) && !Avoids(ticket, other))
            ? Fit.Avoided
            : Fit.Yes;
    }

    /// <summary>Says whether no GPU of the fleet can ever run a ticket as things are. A GPU that is not known well enough counts as able.</summary>
    /// <param name="ticket">The ticket.</param>
    /// <param name="fleet">Every GPU of the pool.</param>
    /// <returns>The reason, GPU by GPU; <see langword="null"/> when some GPU can or may, or when there is no GPU at all.</returns>
    public static string? WhyImpossible(Ticket ticket, IReadOnlyCollection<GpuStatus> fleet) =>
        fleet.Count == 0 || fleet.Any(gpu => CanRun(ticket, gpu))
            ? null
            : "No GPU can run this: " + string.Join("; ", fleet.Select(gpu => $"{gpu.Id}: {WhyNot(ticket, gpu)}"));

    /// <summary>Says why a ticket waits.</summary>
    /// <param name="ticket">The ticket.</param>
    /// <param name="fleet">Every GPU of the pool.</param>
    /// <param name="ahead">How many tickets go before it.</param>
    /// <returns>The reason in words.</returns>
    public static string WhyWaiting(Ticket ticket, IReadOnlyCollection<GpuStatus> fleet, int ahead)
    {
        if (fleet.Count == 0)
        {
            return "no GPU is registered; add one with --gpu URL";
        }

        var able = fleet.Where(gpu => CanRun(ticket, gpu)).ToList();
        if (able.Count == 0)
        {
            return WhyImpossible(ticket, fleet) ?? "no GPU can run this";
        }

        var healthy = able.Where(gpu => gpu.Health == GpuHealth.Healthy).ToList();
        if (healthy.Count == 0)
        {
            return "no GPU answers: " + string.Join("; ", able.Select(gpu => $"{gpu.Id} is {gpu.Health.ToString().ToLowerInvariant()}{(gpu.Problem is { } why ? $" ({why})" : "")}"));
        }

        if (ahead == 0 && healthy.Any(gpu => gpu.SlotsUsed == 0 && gpu.Slots > 0))
        {
            return AboutToStart;
        }

        var others = string.Join("; ", healthy.Where(gpu => gpu.BusyWith is not null).Select(gpu => $"{gpu.Id} is {gpu.BusyWith}"));
        return (ahead == 0 ? $"next; all {healthy.Count} GPUs that can run it are busy" : $"{ahead} ahead of it for {healthy.Count} GPUs") + (others.Length > 0 ? $" ({others})" : "");
    }

    private static bool CanRun(Ticket ticket, GpuStatus gpu) => WhyNot(ticket, gpu) is null;

    private static string? WhyNot(Ticket ticket, GpuStatus gpu)
    {
        foreach (var exclusion in ticket.ExcludedGpus)
        {
            if (exclusion.GpuId == gpu.Id && exclusion.Class is FaultClass.Missing or FaultClass.OutOfMemory)
            {
                return exclusion.Reason;
            }
        }

        if (gpu.NodeClasses.Count == 0)
        {
            return null;
        }

        var missing = ticket.NodeClasses.FirstOrDefault(name => !gpu.NodeClasses.Contains(name));
        return missing is null ? null : $"its ComfyUI has no node '{missing}' (install the custom node pack that provides it)";
    }

    private static bool Avoids(Ticket ticket, GpuStatus gpu) =>
        ticket.ExcludedGpus.Any(exclusion => exclusion.GpuId == gpu.Id && exclusion.Class is not (FaultClass.Missing or FaultClass.OutOfMemory));
}
