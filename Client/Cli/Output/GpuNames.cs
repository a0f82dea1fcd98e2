using System.Collections.Immutable;

using Continuity.Gpu;
using Continuity.Pipelines;

namespace Continuity.Cli.Output;

/// <summary>Names for people, of the GPUs that are known.</summary>
internal sealed class GpuNames(IEnumerable<GpuRegistration> gpus)
{
    private readonly ImmutableDictionary<GpuId, string> _names =
        gpus.GroupBy(gpu => gpu.Id).ToImmutableDictionary(same => same.Key, same => same.First().Name);

    public string Of(GpuId? id) => id is { } gpu ? _names.GetValueOrDefault(gpu, gpu.Value) : "";

    /// <summary>The GPU that a task is on, or was on; "CPU" where an attempt has none; empty before the first attempt.</summary>
    public string Of(TaskView task) => (task.Live?.GpuId ?? task.Row.Attempt?.GpuId) switch
    {
        { } gpu => Of(gpu),
        null => task.Row.Attempt is null ? "" : "CPU",
    };
}
