using System.Collections.Immutable;

using Continuity.Pipelines;

namespace Continuity.Engine.Projects.Reading;

/// <summary>What a reader has to say, each thing with its place.</summary>
internal sealed class ReadLog
{
    // A file of garbage must not fill the memory with complaints about it.
    private const int MaxEntries = 1_000;

    private readonly List<DefinitionFault> _faults = [];
    private readonly List<string> _warnings = [];

    public bool HasFaults => _faults.Count > 0;

    public ImmutableArray<DefinitionFault> Faults => [.. _faults];

    public ImmutableArray<string> Warnings => [.. _warnings];

    public void Fault(string path, string message)
    {
        if (_faults.Count < MaxEntries)
        {
            _faults.Add(new DefinitionFault(path, message));
        }
    }

    public void Warn(string path, string message)
    {
        if (_warnings.Count < MaxEntries)
        {
            _warnings.Add($"{path}: {message}");
        }
    }
}
