using System.Collections.Immutable;

using Continuity.ComfyUI.Client;
using Continuity.Gpu;

namespace Continuity.Cli.Hosting;

/// <summary>Looks for ComfyUI where it usually listens on this machine.</summary>
internal static class GpuDiscovery
{
    /// <summary>The ports that are looked at: ComfyUI's default and the next ones for further GPUs, and the desktop application's.</summary>
    public static readonly ImmutableArray<int> UsualPorts = [8188, 8189, 8190, 8191, 8000];

    /// <summary>The usual addresses.</summary>
    public static IEnumerable<Uri> UsualAddresses => UsualPorts.Select(port => new Uri($"http://127.0.0.1:{port}/"));

    /// <summary>Asks every address at once.</summary>
    /// <param name="addresses">Where to look.</param>
    /// <param name="probe">Describes the instance at an address; <see langword="null"/> when there is none.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Those that answered, in the order of the addresses.</returns>
    public static async Task<ImmutableArray<FoundGpu>> FindAsync(
        IEnumerable<Uri> addresses,
        Func<Uri, CancellationToken, Task<SystemStats?>> probe,
        CancellationToken cancellationToken)
    {
        var found = await Task.WhenAll(addresses.Select(async address => (Address: address, Stats: await probe(address, cancellationToken))));
        return [.. found.Where(item => item.Stats is not null).Select(item => new FoundGpu(Registration(item.Address), item.Stats!))];
    }

    /// <summary>Names an instance by its address.</summary>
    public static GpuRegistration Registration(Uri address)
    {
        var id = GpuId.FromAddress(address);
        return new GpuRegistration(id, address, id.Value);
    }
}

/// <summary>A ComfyUI that answered.</summary>
internal sealed record FoundGpu(GpuRegistration Registration, SystemStats Stats)
{
    /// <summary>Its device in a few words.</summary>
    public string Device => Stats.Devices.Length > 0 ? Stats.Devices[0].Name : "unknown device";
}
