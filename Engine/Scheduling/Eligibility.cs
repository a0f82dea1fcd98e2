using Continuity.Gpu;

namespace Continuity.Engine.Scheduling;

/// <summary>Which GPU may run which ticket, and why none may.</summary>
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

    /// <summary>Words what is missing, the first few things of it.</summary>
    internal static string Describe(IReadOnlyList<GpuLack> lacks) =>
        string.Join(", ", lacks.Take(MostLacks).Select(lack => lack.Describe())) + (lacks.Count > MostLacks ? $", and {lacks.Count - MostLacks} more things are missing" : "");

    private static bool CanRun(Ticket ticket, FleetGpu gpu) => !Abilities.Lacks(ticket, gpu).Any();

    /// <summary>Whether a ticket failed on a GPU, so that it goes to another one where there is any.</summary>
    internal static bool Avoids(Ticket ticket, FleetGpu gpu) =>
        ticket.ExcludedGpus.Any(exclusion => exclusion.GpuId == gpu.Id && !Abilities.IsForGood(exclusion.Class));
}
