using Continuity.Tasks;

namespace Continuity.Pipelines;

/// <summary>
/// The live feed of the whole cluster on Orleans Streams: for people. It may drop an event when a silo dies; a reader that sees a gap in a pipeline's versions
/// reads that pipeline again.
/// </summary>
public static class PipelineFeed
{
    /// <summary>Name of the stream provider.</summary>
    public const string Provider = "feed";

    /// <summary>Namespace of the streams. One stream a pipeline, keyed by its id, and one for all under <see cref="AllKey"/>.</summary>
    public const string Namespace = "continuity.pipelines";

    /// <summary>Key of the stream that carries every pipeline's events.</summary>
    public const string AllKey = "all";
}

/// <summary>One event of the live feed.</summary>
/// <param name="PipelineId">The pipeline.</param>
/// <param name="Version">The pipeline's version after it; unchanged for progress.</param>
/// <param name="Event">The recorded change, where there is one.</param>
/// <param name="Progress">What a task does now, where that is the news.</param>
[GenerateSerializer, Immutable, Alias("continuity.feed-event")]
public sealed record PipelineFeedEvent(
    [property: Id(0)] PipelineId PipelineId,
    [property: Id(1)] long Version,
    [property: Id(2)] TaskEvent? Event,
    [property: Id(3)] TaskProgress? Progress);
