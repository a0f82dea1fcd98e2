using System.Collections.Immutable;

using Continuity.Pipelines;

namespace Continuity.Dags;

/// <summary>Finds what is wrong with a pipeline before anything runs.</summary>
public static class DagValidator
{
    /// <summary>Checks a pipeline.</summary>
    /// <param name="definition">The pipeline.</param>
    /// <returns>Every fault, each with its place; empty when the pipeline can run.</returns>
    public static ImmutableArray<DefinitionFault> Validate(PipelineDefinition definition) => throw new NotSupportedException();
}
