namespace Continuity.Grains.Media;

/// <summary>Keeps the end of what a program complains about: the last lines name the cause, and a damaged file can cause megabytes of them.</summary>
internal sealed class StderrTail
{
    private const int MaxLines = 12;
    private const int MaxLineLength = 400;

    private readonly Queue<string> _lines = new(MaxLines);
    private readonly Lock _lock = new();

    /// <summary>Adds a line.</summary>
    public void Add(string line)
    {
        lock (_lock)
        {
            if (_lines.Count == MaxLines)
            {
                _lines.Dequeue();
            }

            _lines.Enqueue(line.Length <= MaxLineLength ? line : line[..MaxLineLength] + "...");
        }
    }

    /// <summary>The lines as one text.</summary>
    public override string ToString()
    {
        lock (_lock)
        {
            return _lines.Count == 0 ? "(it wrote no error)" : string.Join(Environment.NewLine, _lines);
        }
    }
}
