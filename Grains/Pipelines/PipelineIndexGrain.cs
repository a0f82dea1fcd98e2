using Continuity.Grains.Stores;
using Continuity.Pipelines;

using Orleans.Concurrency;

namespace Continuity.Grains.Pipelines;

/// <summary>Answers lists from the store.</summary>
[StatelessWorker]
internal sealed class PipelineIndexGrain(IPipelineStore store) : Grain, IPipelineIndexGrain
{
    public Task<PipelinePage> ListAsync(PipelineQuery query) => store.ListAsync(query);
}
