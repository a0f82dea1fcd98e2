using System.Collections.Immutable;

using Continuity.Gpu;

namespace Continuity.Engine.Scheduling;

/// <summary>
/// Which GPUs there are, and what operators want of them. Silos and sessions tell the GPUs that they know again and again; operators add, remove, pause and drain. An operator's word
/// goes before a configuration's.
/// </summary>
public sealed record GpuFleet
{
    /// <summary>A fleet without a GPU.</summary>
    public static GpuFleet Empty { get; } = new();

    /// <summary>The GPUs, by id.</summary>
    public ImmutableSortedDictionary<string, FleetEntry> Gpus { get; init; } = ImmutableSortedDictionary.Create<string, FleetEntry>(StringComparer.Ordinal);

    /// <summary>GPUs that operators removed, by id.</summary>
    public ImmutableSortedDictionary<string, FleetRemoval> Removed { get; init; } = ImmutableSortedDictionary.Create<string, FleetRemoval>(StringComparer.Ordinal);

    /// <summary>What is to outlive everything: all but what sessions brought.</summary>
    /// <returns>The durable part.</returns>
    public GpuFleet Durable() => this with
    {
        Gpus = Gpus.RemoveRange(Gpus.Where(pair => pair.Value.Registration.Origin == GpuOrigin.Session).Select(pair => pair.Key)),
        Removed = Removed.RemoveRange(Removed.Where(pair => !pair.Value.ForGood).Select(pair => pair.Key)),
    };

    /// <summary>Compares contents; the equality of records compares the tables' identities.</summary>
    /// <param name="other">Another fleet.</param>
    /// <returns>Whether both hold the same.</returns>
    public bool HasSameContent(GpuFleet other) => Gpus.SequenceEqual(other.Gpus) && Removed.SequenceEqual(other.Removed);

    /// <summary>A silo or a session tells all the GPUs that it knows. May be repeated.</summary>
    /// <param name="origin">Configuration or session.</param>
    /// <param name="owner">The silo or the session.</param>
    /// <param name="gpus">Its GPUs; those that it told before and does not tell now go.</param>
    /// <param name="isHeard">Whether a silo or a session has been heard of of late: what a silent one told may go to another.</param>
    /// <returns>The fleet after it; this one when nothing changed.</returns>
    public GpuFleet Advertise(GpuOrigin origin, string owner, IReadOnlyCollection<GpuRegistration> gpus, Func<string, bool> isHeard)
    {
        var told = gpus.Select(gpu => gpu with { Origin = origin, Owner = owner }).ToList();
        var gone = Gpus.Values.Where(entry => IsOf(entry, origin, owner) && told.All(gpu => gpu.Id != entry.Registration.Id));
        return told.Aggregate(this with { Gpus = Gpus.RemoveRange(gone.Select(entry => entry.Registration.Id.Value)) }, (fleet, gpu) => fleet.Tell(gpu, isHeard)).OrSame(this);
    }

    /// <summary>An operator adds a GPU, for good. Its mode stays when it was known.</summary>
    /// <param name="gpu">The GPU.</param>
    /// <returns>The fleet after it; this one when nothing changed.</returns>
    public GpuFleet Add(GpuRegistration gpu)
    {
        var added = new FleetEntry(gpu with { Origin = GpuOrigin.Added, Owner = "" }, Gpus.GetValueOrDefault(gpu.Id.Value)?.Mode ?? GpuMode.Active);
        return (this with { Gpus = Gpus.SetItem(gpu.Id.Value, added), Removed = Removed.Remove(gpu.Id.Value) }).OrSame(this);
    }

    /// <summary>An operator removes a GPU: no configuration brings it back, nor the session that had brought it.</summary>
    /// <param name="gpu">The GPU.</param>
    /// <returns>The fleet after it; this one when it is not there.</returns>
    public GpuFleet Remove(GpuId gpu)
    {
        if (!Gpus.TryGetValue(gpu.Value, out var entry))
        {
            return this;
        }

        var before = Removed.GetValueOrDefault(gpu.Value);
        var removal = entry.Registration.Origin == GpuOrigin.Session
            ? new FleetRemoval(before?.ForGood ?? false, entry.Registration.Owner)
            : new FleetRemoval(ForGood: true, before?.Session);
        return this with { Gpus = Gpus.Remove(gpu.Value), Removed = Removed.SetItem(gpu.Value, removal) };
    }

    /// <summary>An operator sets a GPU's mode.</summary>
    /// <param name="gpu">The GPU.</param>
    /// <param name="mode">The mode.</param>
    /// <returns>The fleet after it; this one when nothing changed, or when the GPU is not there.</returns>
    public GpuFleet SetMode(GpuId gpu, GpuMode mode) => Gpus.TryGetValue(gpu.Value, out var entry) && entry.Mode != mode
        ? this with { Gpus = Gpus.SetItem(gpu.Value, entry with { Mode = mode }) }
        : this;

    private GpuFleet Tell(GpuRegistration gpu, Func<string, bool> isHeard)
    {
        var id = gpu.Id.Value;
        var removal = Removed.GetValueOrDefault(id);
        if (gpu.Origin == GpuOrigin.Session ? removal?.Session == gpu.Owner : removal is { ForGood: true })
        {
            return this;
        }

        if (Gpus.TryGetValue(id, out var known) && !IsOf(known, gpu.Origin, gpu.Owner) && !Yields(known.Registration, gpu.Origin, isHeard))
        {
            return this;
        }

        return this with { Gpus = Gpus.SetItem(id, new FleetEntry(gpu, known?.Mode ?? GpuMode.Active)) };
    }

    // Two silos may both reach one ComfyUI: it belongs to the first that says so for as long as that is there, or it would change hands all the time.
    private static bool Yields(GpuRegistration known, GpuOrigin to, Func<string, bool> isHeard) =>
        known.Origin < to || (known.Origin == to && known.Origin != GpuOrigin.Added && !isHeard(known.Owner));

    private GpuFleet OrSame(GpuFleet before) => HasSameContent(before) ? before : this;

    private static bool IsOf(FleetEntry entry, GpuOrigin origin, string owner) => entry.Registration.Origin == origin && entry.Registration.Owner == owner;
}

/// <summary>A GPU of the fleet.</summary>
/// <param name="Registration">The GPU, and who made it known.</param>
/// <param name="Mode">What operators want of it.</param>
public sealed record FleetEntry(GpuRegistration Registration, GpuMode Mode);

/// <summary>That an operator removed a GPU.</summary>
/// <param name="ForGood">Whether no configuration brings it back until it is added again.</param>
/// <param name="Session">The session that had brought it, which does not bring it back either; another session may.</param>
public sealed record FleetRemoval(bool ForGood, string? Session);
