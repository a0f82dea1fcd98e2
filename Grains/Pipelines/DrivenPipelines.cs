using System.Collections.Concurrent;

using Continuity.Grains.Hosting;
using Continuity.Pipelines;

using Microsoft.Extensions.Options;

namespace Continuity.Grains.Pipelines;

/// <summary>Which pipelines this silo drives: all, or those that were commanded through it.</summary>
internal sealed class DrivenPipelines(IOptions<ContinuityOptions> options)
{
    private readonly ConcurrentDictionary<PipelineId, bool> _commanded = new();

    public bool All => options.Value.DriveAll;

    public bool Contains(PipelineId id) => All || _commanded.ContainsKey(id);

    public void Add(PipelineId id)
    {
        if (!All)
        {
            _commanded.TryAdd(id, true);
        }
    }

    public IReadOnlyCollection<PipelineId> Commanded => [.. _commanded.Keys];
}
