using Continuity.Gpu;

namespace Continuity.Engine.Scheduling;

/// <summary>Which GPU may run which ticket, and why a ticket waits.</summary>
public static class Eligibility
{
    /// <summary>The reason of a ticket that waits for nothing but its turn in the next moment.</summary>
    public const string AboutToStart = "about to start";

    private const int MostLacks = 3;

    /// <summary>
    /// Says whether no GPU of the fleet can ever run a ticket as things are. A GPU that is not known well enough counts as able, and so does one that is paused or drains.
    /// </summary>
    /// <param name="ticket">The ticket.</param>
    /// <param name="fleet">Every GPU of the pool.</param>
    /// <returns>The reason, GPU by GPU; <see langword="null"/> when some GPU can or may, or when there is no GPU at all.</returns>
    public static string? WhyImpossible(Ticket ticket, IReadOnlyCollection<FleetGpu> fleet) =>
        fleet.Count == 0 || fleet.Any(gpu => CanRun(ticket, gpu))
            ? null
            : "No GPU can run this: " + string.Join("; ", fleet.Select(gpu => $"{gpu.Id}: {Describe([.. Abilities.Lacks(ticket, gpu)])}"));

    /// <summary>Says why a ticket waits.</summary>
    /// <param name="ticket">The ticket.</param>
    /// <param name="fleet">Every GPU of the pool.</param>
    /// <param name="ahead">How many tickets go before it.</param>
    /// <returns>The reason in words.</returns>
    public static string WhyWaiting(Ticket ticket, IReadOnlyCollection<FleetGpu> fleet, int ahead)
    {
        if (fleet.Count == 0)
        {
            return "no GPU is registered; add one with --gpu URL, or 'continuity gpus add URL'";
        }

        var able = fleet.Where(gpu => CanRun(ticket, gpu)).ToList();
        if (able.Count == 0)
        {
            return WhyImpossible(ticket, fleet) ?? "no GPU can run this";
        }

        var works = able.Where(gpu => gpu.Works).ToList();
        if (works.Count == 0)
        {
            return $"{(able.Any(gpu => gpu.Status.Mode != GpuMode.Active) ? "no GPU that can run it takes work" : "no GPU answers")}: {string.Join("; ", able.Select(WhyIdle))}";
        }

        if (ahead == 0 && works.Any(gpu => gpu.Status.SlotsUsed == 0 && gpu.Status.Slots > 0))
        {
            return AboutToStart;
        }

        var others = string.Join("; ", works.Where(gpu => gpu.Status.BusyWith is not null).Select(gpu => $"{gpu.Id} is {gpu.Status.BusyWith}"));
        return (ahead == 0 ? $"next; all {works.Count} GPUs that can run it are busy" : $"{ahead} ahead of it for {works.Count} GPUs") + (others.Length > 0 ? $" ({others})" : "");
    }

    /// <summary>Words what is missing, the first few things of it.</summary>
    internal static string Describe(IReadOnlyList<GpuLack> lacks) =>
        string.Join(", ", lacks.Take(MostLacks).Select(lack => lack.Describe())) + (lacks.Count > MostLacks ? $", and {lacks.Count - MostLacks} more things are missing" : "");

    private static string WhyIdle(FleetGpu gpu) => gpu.Status switch
    {
        { Mode: GpuMode.Paused } => $"{gpu.Id} is paused (continuity gpus resume {gpu.Id})",
        { Mode: GpuMode.Draining } => $"{gpu.Id} is drained (continuity gpus resume {gpu.Id})",
        { Problem: { } why } => $"{gpu.Id} is {gpu.Status.Health.ToString().ToLowerInvariant()} ({why})",
        _ => $"{gpu.Id} is {gpu.Status.Health.ToString().ToLowerInvariant()}",
    };

    private static bool CanRun(Ticket ticket, FleetGpu gpu) => !Abilities.Lacks(ticket, gpu).Any();

    /// <summary>Whether a ticket failed on a GPU, so that it goes to another one where there is any.</summary>
    internal static bool Avoids(Ticket ticket, FleetGpu gpu) =>
        ticket.ExcludedGpus.Any(exclusion => exclusion.GpuId == gpu.Id && !Abilities.IsForGood(exclusion.Class));
}
