using System.Collections.Immutable;

using Continuity.Artifacts;

namespace Continuity.Engine.Scheduling;

/// <summary>The pictures and clips that were sent to a GPU for its prompts, as far as is remembered: what is there already is not sent again.</summary>
internal sealed class SentInputs
{
    // The latest ones: a film has a few hundred clips.
    private const int Most = 500;

    // Bytes a second of a gigabit network that others use too.
    private const double Rate = 50e6;

    private readonly HashSet<string> _known = new(StringComparer.Ordinal);
    private readonly Queue<string> _order = new();

    /// <summary>Takes note of what a prompt brings with it.</summary>
    public void Send(ImmutableArray<ArtifactRef> inputs)
    {
        foreach (var input in inputs)
        {
            if (_known.Add(input.Sha256))
            {
                _order.Enqueue(input.Sha256);
            }
        }

        while (_order.Count > Most)
        {
            _known.Remove(_order.Dequeue());
        }
    }

    /// <summary>How long it takes to send what is not there, in seconds.</summary>
    public double SecondsFor(ImmutableArray<ArtifactRef> inputs)
    {
        var bytes = 0L;
        foreach (var input in inputs)
        {
            bytes += _known.Contains(input.Sha256) ? 0 : input.Size;
        }

        return bytes / Rate;
    }
}
