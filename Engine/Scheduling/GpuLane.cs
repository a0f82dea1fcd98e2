using System.Collections.Immutable;

using Continuity.Engine.Scheduling.Costs;
using Continuity.Engine.Scheduling.Waiting;
using Continuity.Gpu;

namespace Continuity.Engine.Scheduling;

/// <summary>A GPU as the scheduler follows it: what it was given, until when that keeps it busy, and what it holds by then.</summary>
internal sealed class GpuLane(FleetGpu gpu, Residency residency)
{
    private readonly List<Given> _given = [];
    private double _since;

    public FleetGpu Gpu { get; set; } = gpu;

    public Residency Residency => residency;

    /// <summary>The inputs that were sent there.</summary>
    public SentInputs Inputs { get; } = new();

    /// <summary>What it was given and has not ended, the executing one first.</summary>
    public IReadOnlyList<Given> Items => _given;

    /// <summary>What it counts for in the groups whose files it holds.</summary>
    public Dictionary<TicketGroup, (double Rate, double FreeAt)> Serves { get; } = [];

    /// <summary>Which groups it may run.</summary>
    public Dictionary<TicketGroup, bool> Able { get; } = [];

    /// <summary>When something was taken back for it last, in seconds.</summary>
    public double RecalledAt { get; set; } = double.NegativeInfinity;

    public bool IsIdle => Gpu.Status.SlotsUsed == 0;

    /// <summary>When what it was given will be done, in seconds; in the past when it takes longer than expected.</summary>
    public double FreeAt => _since + _given.Sum(item => item.Load + item.Run.Mean);

    /// <summary>Whether that is more than a guess.</summary>
    public bool IsKnown => _given.TrueForAll(item => item.Run.Count > 0);

    /// <summary>When the executing prompt may end at the earliest.</summary>
    public double EarliestEnd => _given is [var first, ..] ? _since + Math.Max(0, first.Load + first.Run.Mean - (2 * first.Run.Deviation)) : 0;

    public void Give(Given item, double now)
    {
        _since = _given.Count == 0 ? now : _since;
        _given.Add(item);

        // A silo of an earlier version does not name them.
        Inputs.Send(item.Ticket.Inputs.IsDefault ? [] : item.Ticket.Inputs);
    }

    /// <summary>The order in which they execute is known.</summary>
    public void Order(IReadOnlyList<TicketId> tickets)
    {
        if (_given.Count < 2)
        {
            return;
        }

        var loads = _given[0];
        _given.Sort((one, other) => Place(one).CompareTo(Place(other)));
        if (_given[0] is var first && first != loads && first.Models.SequenceEqual(loads.Models))
        {
            // The one that comes first has to do the loading.
            _given[0] = first with { Missing = loads.Missing, Depth = loads.Depth, Load = loads.Load };
            _given[_given.IndexOf(loads)] = loads with { Missing = first.Missing, Depth = first.Depth, Load = first.Load };
        }

        int Place(Given item)
        {
            for (var i = 0; i < tickets.Count; i++)
            {
                if (tickets[i] == item.Ticket.Id)
                {
                    return i;
                }
            }

            return int.MaxValue;
        }
    }

    /// <summary>A prompt ended; the next one begins.</summary>
    /// <returns>It, when it is known.</returns>
    public Given? End(TicketId ticket, double now)
    {
        var index = _given.FindIndex(item => item.Ticket.Id == ticket);
        if (index < 0)
        {
            return null;
        }

        var item = _given[index];
        _given.RemoveAt(index);
        _since = index == 0 ? now : _since;
        return item;
    }
}

/// <summary>What a GPU was given.</summary>
/// <param name="Ticket">The ticket.</param>
/// <param name="GivenAt">When, in seconds.</param>
/// <param name="Work">What its run time is learned by.</param>
/// <param name="Share">Whose it is.</param>
/// <param name="Models">Its files.</param>
/// <param name="Missing">Those of them that the GPU is thought to load for it.</param>
/// <param name="Depth">How much memory it would have taken to still hold all its files; see <see cref="Residency.DepthOf"/>.</param>
/// <param name="Load">How long the loading is thought to take, in seconds.</param>
/// <param name="Run">How long it is thought to run after that.</param>
internal sealed record Given(
    Ticket Ticket, double GivenAt, string Work, PipelineShare Share, ImmutableArray<ModelFile> Models, ImmutableArray<ModelFile> Missing, double Depth, double Load, Estimate Run)
{
    /// <summary>Whether it was asked to be taken back.</summary>
    public bool IsRecalled { get; set; }
}
