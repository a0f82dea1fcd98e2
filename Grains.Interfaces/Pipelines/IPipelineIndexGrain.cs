using System.Collections.Immutable;

namespace Continuity.Pipelines;

/// <summary>Lists pipelines by asking the store. Any key; keeps no state.</summary>
[Alias("continuity.IPipelineIndexGrain")]
public interface IPipelineIndexGrain : IGrainWithIntegerKey
{
    /// <summary>Lists pipelines, newest first.</summary>
    /// <param name="query">Which ones.</param>
    /// <returns>One page.</returns>
    [Alias("list")]
    Task<PipelinePage> ListAsync(PipelineQuery query);
}

/// <summary>Which pipelines to list.</summary>
/// <param name="Status">Only those in this status; <see langword="null"/> for all.</param>
/// <param name="Search">Only those whose name or id contains this text; letter case does not matter.</param>
/// <param name="Limit">How many at the most, 1 to 500.</param>
/// <param name="After">The <see cref="PipelinePage.Next"/> of the page before.</param>
[GenerateSerializer, Immutable, Alias("continuity.pipeline-query")]
public sealed record PipelineQuery(
    [property: Id(0)] PipelineStatus? Status = null,
    [property: Id(1)] string? Search = null,
    [property: Id(2)] int Limit = 50,
    [property: Id(3)] string? After = null);

/// <summary>One page of a list of pipelines.</summary>
/// <param name="Items">The pipelines, newest first.</param>
/// <param name="Next">What to ask for the next page with; <see langword="null"/> on the last one.</param>
[GenerateSerializer, Immutable, Alias("continuity.pipeline-page")]
public sealed record PipelinePage([property: Id(0)] ImmutableArray<PipelineSummary> Items, [property: Id(1)] string? Next);
