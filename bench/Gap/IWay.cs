using Continuity.Pipelines;

namespace Continuity.Bench.Gap;

/// <summary>A way to have prompts executed by one ComfyUI.</summary>
internal interface IWay
{
    /// <summary>What a reader knows it by.</summary>
    string Name { get; }

    /// <summary>Has all tasks executed.</summary>
    Task RunAsync(PipelineDefinition definition);
}
