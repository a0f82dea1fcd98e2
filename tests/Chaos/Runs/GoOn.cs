using System.Collections.Immutable;

using Continuity.Chaos.Checks;
using Continuity.Chaos.Faults;

namespace Continuity.Chaos.Runs;

/// <summary>
/// How fast the work of a killed silo goes on. Its work is every pipeline whose grain, or the grain of one of whose tasks, lived there; it goes on with the next
/// change of that pipeline that is recorded in the store, by the store's own record of its time.
/// </summary>
public static class GoOn
{
    /// <summary>Measures it for each pipeline that lived there and had something left to do.</summary>
    public static ImmutableArray<TimeSpan> After(DateTimeOffset killedAt, Strike strike, IEnumerable<PipelineEvidence> pipelines) =>
    [
        .. pipelines
            .Where(pipeline => strike.Killed.Any(silo => strike.Before!.HostsWorkOf(silo, pipeline.Definition.Id)))
            .Select(pipeline => pipeline.History.FirstOrDefault(line => line.At > killedAt))
            .Where(line => line is not null)
            .Select(line => line!.At - killedAt),
    ];
}
