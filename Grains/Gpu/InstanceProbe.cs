using System.Collections.Immutable;

using Continuity.ComfyUI.Client;
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
}
