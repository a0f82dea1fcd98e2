namespace Continuity.Grains.Tests.Faults;

/// <summary>What goes wrong with a call.</summary>
public enum CallFault
{
    /// <summary>It is not carried out, and the caller learns so.</summary>
    Refused,

    /// <summary>It is carried out, and the caller does not learn of it.</summary>
    AnswerLost,

    /// <summary>It is answered with a server error, and not carried out.</summary>
    ServerError,
}

/// <summary>Lets the nth call of one kind go wrong, once.</summary>
internal sealed class NthCallFault(string kind, int nth, CallFault fault)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, int> _calls = new(StringComparer.Ordinal);

    public string Kind => kind;

    public int Nth => nth;

    public CallFault Fault => fault;

    /// <summary>Whether it went wrong.</summary>
    public bool Fired { get; private set; }

    /// <summary>How many calls of each kind there were.</summary>
    public IReadOnlyDictionary<string, int> Calls
    {
        get
        {
            lock (_lock)
            {
                return new Dictionary<string, int>(_calls, StringComparer.Ordinal);
            }
        }
    }

    /// <summary>Counts a call.</summary>
    /// <returns>What goes wrong with it, or <see langword="null"/>.</returns>
    public CallFault? Next(string called)
    {
        lock (_lock)
        {
            var count = _calls[called] = _calls.GetValueOrDefault(called) + 1;
            if (Fired || called != kind || count != nth)
            {
                return null;
            }

            Fired = true;
            return fault;
        }
    }

    /// <summary>The same with the call after it.</summary>
    public NthCallFault Next() => new(kind, nth + 1, fault);

    /// <summary>Whether it is about the same kind of call and fault.</summary>
    public bool IsSeriesOf(NthCallFault other) => other.Kind == kind && other.Fault == fault;

    public override string ToString() => $"{fault} at {kind} number {nth}";
}
