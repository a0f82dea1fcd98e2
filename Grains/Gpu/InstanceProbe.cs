using Continuity.ComfyUI.Client;
using Continuity.Engine.Faults;
using Continuity.Gpu;

namespace Continuity.Grains.Gpu;

/// <summary>What is known of one ComfyUI instance: whether it answers, its device, and what it can run.</summary>
internal sealed class InstanceProbe(IComfyClient client, TimeProvider time, TimeSpan catalogueAge)
{
    private DateTimeOffset _catalogueAt;
    private bool _busy;
    private bool _lookAgain;

    public GpuHealth Health { get; private set; }

    public string? Problem { get; private set; }

    /// <summary>What it can run, as of the last look; null before the first.</summary>
    public GpuCapabilities? Capabilities { get; private set; }

    /// <summary>How many looks at what it can run there were.</summary>
    public long Looks { get; private set; }

    public string Device { get; private set; } = "";

    public string Version { get; private set; } = "";

    public long VramTotal { get; private set; }

    public long VramFree { get; private set; }

    /// <summary>The shares of memory that were free at the last look.</summary>
    public FreeMemory Free { get; private set; } = new(null, null);

    /// <summary>What was known may no longer be true: until the next look the instance takes no work.</summary>
    public void Forget() => Health = GpuHealth.Unknown;

    /// <summary>The next refresh asks what it can run, however short a time ago that was done.</summary>
    public void LookAgain() => _lookAgain = true;

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

            // An instance that was away may have come back with other nodes and files.
            if (Health != GpuHealth.Healthy || _lookAgain || time.GetSteadyNow() - _catalogueAt > catalogueAge)
            {
                _lookAgain = false;
                Capabilities = CapabilityReading.Read(await client.GetObjectInfoAsync(cancellationToken), VramTotal);
                Looks++;
                _catalogueAt = time.GetSteadyNow();
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
