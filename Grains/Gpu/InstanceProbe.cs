using System.Collections.Immutable;

using Continuity.ComfyUI.Client;
using Continuity.Engine.Faults;
using Continuity.Gpu;

namespace Continuity.Grains.Gpu;

/// <summary>What is known of one ComfyUI instance: whether it answers, its device, and its node classes.</summary>
internal sealed class InstanceProbe(IComfyClient client, TimeProvider time, TimeSpan catalogueAge)
{
    private DateTimeOffset _catalogueAt;
    private bool _busy;

    public GpuHealth Health { get; private set; }

    public string? Problem { get; private set; }

    public ImmutableHashSet<string> NodeClasses { get; private set; } = [];

    public string Device { get; private set; } = "";

    public string Version { get; private set; } = "";

    public long VramTotal { get; private set; }

    public long VramFree { get; private set; }

    /// <summary>The shares of memory that were free at the last look.</summary>
    public FreeMemory Free { get; private set; } = new(null, null);

    /// <summary>What was known may no longer be true: until the next look the instance takes no work.</summary>
    public void Forget() => Health = GpuHealth.Unknown;

    public async Task RefreshAsync(CancellationToken cancellationToken)
    {
        if (_busy)
        {
            return;
        }

        _busy = true;
        try
        {
            var stats = await client.GetSystemStatsAsync(cancellationToken);
            Version = stats.Version;
            if (stats.Devices is [var device, ..])
            {
                (Device, VramTotal, VramFree) = (device.Name, device.VramTotal, device.VramFree);
            }

            Free = new FreeMemory(Share(VramFree, VramTotal), Share(stats.RamFree, stats.RamTotal));

            // An instance that was away may have come back with other nodes.
            if (Health != GpuHealth.Healthy || time.GetUtcNow() - _catalogueAt > catalogueAge)
            {
                NodeClasses = (await client.GetObjectInfoAsync(cancellationToken)).Names;
                _catalogueAt = time.GetUtcNow();
            }

            (Health, Problem) = (GpuHealth.Healthy, null);
        }
        catch (ComfyException exception)
        {
            (Health, Problem) = (GpuHealth.Unreachable, exception.Message);
        }
        finally
        {
            _busy = false;
        }
    }

    private static double? Share(long free, long total) => total > 0 ? (double)free / total : null;
}
