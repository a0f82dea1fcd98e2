using Continuity.Gpu;

namespace Continuity.Engine.Scheduling.Waiting;

/// <summary>Waiting tickets in the order of <see cref="TicketOrder"/>, which also knows how many go before one. In pieces, so that neither a change nor a place depends on how many wait.</summary>
internal sealed class TicketList
{
    private const int MostInAPiece = 512;

    private readonly List<List<Ticket>> _pieces = [];

    public int Count { get; private set; }

    /// <summary>The one that waits longest.</summary>
    public Ticket First => _pieces[0][0];

    /// <summary>The one that came last.</summary>
    public Ticket Last => _pieces[^1][^1];

    public IEnumerable<Ticket> All => _pieces.SelectMany(piece => piece);

    public void Add(Ticket ticket)
    {
        Count++;
        if (_pieces.Count == 0)
        {
            _pieces.Add([ticket]);
            return;
        }

        var piece = _pieces[PieceOf(ticket)];
        piece.Insert(~piece.BinarySearch(ticket, TicketOrder.Instance), ticket);
        if (piece.Count > MostInAPiece)
        {
            _pieces.Insert(_pieces.IndexOf(piece) + 1, piece[(MostInAPiece / 2)..]);
            piece.RemoveRange(MostInAPiece / 2, piece.Count - (MostInAPiece / 2));
        }
    }

    public void Remove(Ticket ticket)
    {
        Count--;
        var index = PieceOf(ticket);
        var piece = _pieces[index];
        piece.RemoveAt(piece.BinarySearch(ticket, TicketOrder.Instance));
        if (piece.Count == 0)
        {
            _pieces.RemoveAt(index);
        }
    }

    /// <summary>How many go before a ticket, which need not be one of them.</summary>
    public int Before(Ticket ticket)
    {
        if (_pieces.Count == 0)
        {
            return 0;
        }

        var index = PieceOf(ticket);
        var place = _pieces[index].BinarySearch(ticket, TicketOrder.Instance);
        place = place < 0 ? ~place : place;
        for (var before = 0; before < index; before++)
        {
            place += _pieces[before].Count;
        }

        return place;
    }

    // The last piece that does not begin after it.
    private int PieceOf(Ticket ticket)
    {
        var (low, high) = (0, _pieces.Count - 1);
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            (low, high) = TicketOrder.Instance.Compare(_pieces[middle][0], ticket) <= 0 ? (middle, high) : (low, middle - 1);
        }

        return low;
    }
}
