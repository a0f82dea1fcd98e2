using System.Collections.Immutable;

using Continuity.Pipelines;

namespace Continuity.Client;

/// <summary>A project, a DAG or a profile has faults. Nothing was created.</summary>
public sealed class RejectedException : ContinuityException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="faults">Every fault; at least one.</param>
    public RejectedException(IEnumerable<DefinitionFault> faults)
        : this([.. faults])
    {
    }

    private RejectedException(ImmutableArray<DefinitionFault> faults)
        : base(string.Join(Environment.NewLine, faults)) => Faults = faults;

    /// <summary>Every fault, each with its place.</summary>
    public ImmutableArray<DefinitionFault> Faults { get; }
}
