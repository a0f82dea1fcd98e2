using System.Collections.Immutable;

using Continuity.Pipelines;

namespace Continuity.Engine.Exports;

/// <summary>What came of planning an export.</summary>
public abstract record ExportResult
{
    private ExportResult()
    {
    }

    /// <summary>The pipeline can be submitted.</summary>
    /// <param name="Definition">The pipeline, with its warnings.</param>
    public sealed record Created(PipelineDefinition Definition) : ExportResult;

    /// <summary>There is something to mend first.</summary>
    /// <param name="Faults">Every fault, each with its place; at least one.</param>
    public sealed record Faulty(ImmutableArray<DefinitionFault> Faults) : ExportResult;
}
