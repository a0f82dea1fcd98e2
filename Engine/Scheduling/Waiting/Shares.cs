using Continuity.Gpu;
using Continuity.Pipelines;

namespace Continuity.Engine.Scheduling.Waiting;

/// <summary>What a share of the GPUs is due to: an owner, or a pipeline of one. Served by whoever got less GPU time so far; who comes (again) starts beside those who wait.</summary>
internal class Share(string id)
{
    public string Id => id;

    /// <summary>GPU seconds it got, or is taken to have got.</summary>
    public double Served { get; set; }

    /// <summary>How many prompts of it GPUs have.</summary>
    public int Running { get; set; }

    /// <summary>How many of its tickets wait.</summary>
    public int Waiting { get; set; }
}

/// <summary>An owner's share.</summary>
internal sealed class OwnerShare(string id) : Share(id)
{
    /// <summary>The groups in which tickets of it wait.</summary>
    public HashSet<TicketGroup> Groups { get; } = [];
}

/// <summary>A pipeline's share of its owner's, and the order in which its tickets were taken.</summary>
internal sealed class PipelineShare(PipelineId pipeline, OwnerShare owner) : Share(pipeline.Value)
{
    // So many entries are looked through for those that no ticket needs any more.
    private const int MostTakings = 1024;

    private readonly List<(Ticket Newest, double At)> _takings = [];

    public OwnerShare Owner => owner;

    /// <summary>Its waiting tickets, by group.</summary>
    public List<Line> Lines { get; } = [];

    /// <summary>The youngest of its tickets that went.</summary>
    public Ticket? Newest { get; private set; }

    /// <summary>One of its tickets goes: those that came before it and wait are passed over from then on.</summary>
    public void Took(Ticket ticket, double now)
    {
        if (Newest is null || TicketOrder.Instance.Compare(Newest, ticket) < 0)
        {
            foreach (var line in Lines)
            {
                line.Pass(Newest, ticket);
            }

            Newest = ticket;
        }

        if (_takings.Count > 0 && TicketOrder.Instance.Compare(_takings[^1].Newest, ticket) > 0)
        {
            return;
        }

        if (_takings.Count >= MostTakings)
        {
            var oldest = Lines.Select(line => line.First).Min(TicketOrder.Instance);
            _takings.RemoveAll(taking => oldest is null || TicketOrder.Instance.Compare(taking.Newest, oldest) < 0);
        }

        _takings.Add((ticket, now));
    }

    /// <summary>Since when tickets that came after it have gone before it.</summary>
    /// <param name="ticket">A ticket that waits.</param>
    /// <returns>The time; <see langword="null"/> when none has.</returns>
    public double? PassedSince(Ticket ticket)
    {
        var (low, high) = (0, _takings.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = TicketOrder.Instance.Compare(_takings[middle].Newest, ticket) > 0 ? (low, middle) : (middle + 1, high);
        }

        return low < _takings.Count ? _takings[low].At : null;
    }
}

/// <summary>Who got least comes first.</summary>
internal sealed class ShareOrder : IComparer<Share>
{
    public static readonly ShareOrder Instance = new();

    public int Compare(Share? x, Share? y)
    {
        var byServed = x!.Served.CompareTo(y!.Served);
        return byServed != 0 ? byServed : string.CompareOrdinal(x.Id, y.Id);
    }
}
