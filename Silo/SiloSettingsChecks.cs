using System.Data.Common;
using System.Net;

using Continuity.Gpu;

using Microsoft.Extensions.Configuration;

using Npgsql;

namespace Continuity.Silo;

/// <summary>What can be wrong with the settings, told all at once and each with its place and the fix, before anything is started.</summary>
internal static class SiloSettingsChecks
{
    private const int LargestPort = 65_535;

    /// <summary>What the binder would pass over without a word.</summary>
    public static IEnumerable<string> FaultsOfForm(IConfigurationSection section) => section.GetSection(nameof(SiloSettings.Gpus)).GetChildren()
        .Where(gpu => gpu.Value is { Length: > 0 })
        .Select(gpu => $"{gpu.Path} must be an object such as {{ \"Url\": \"http://127.0.0.1:8188\" }}; found the text '{gpu.Value}'.");

    public static IReadOnlyList<string> Faults(SiloSettings settings)
    {
        List<string> faults = [];
        if (string.IsNullOrWhiteSpace(settings.Data))
        {
            faults.Add("Continuity:Data (--data) must name a folder.");
        }

        if (!IPAddress.TryParse(settings.Address, out var address))
        {
            faults.Add($"Continuity:Address (--address) takes an IP address of this machine, such as 127.0.0.1; found '{settings.Address}'.");
        }
        else if (address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any))
        {
            faults.Add($"Continuity:Address (--address) is the address that others use to reach this silo; '{settings.Address}' is none. Name one of this machine's own.");
        }

        CheckPort(faults, "Continuity:SiloPort (--silo-port)", settings.SiloPort);
        CheckPort(faults, "Continuity:GatewayPort (--gateway-port)", settings.GatewayPort);
        if (settings.SiloPort == settings.GatewayPort)
        {
            faults.Add($"Continuity:SiloPort and Continuity:GatewayPort must differ; both are {settings.SiloPort}.");
        }

        if (settings.DeathVotes is < 1 or > 10)
        {
            faults.Add($"Continuity:DeathVotes must be from 1 to 10; found {settings.DeathVotes}.");
        }

        if (settings.Cluster is not null)
        {
            CheckCluster(faults, settings.Cluster);
        }
        else if (settings.Kubernetes)
        {
            faults.Add("Continuity:Kubernetes needs Continuity:Cluster, the database that the pods share.");
        }

        for (var i = 0; i < settings.Gpus.Count; i++)
        {
            if (Registration(settings.Gpus[i]) is not { } gpu)
            {
                faults.Add($"Continuity:Gpus:{i}:Url (--gpu) takes an address such as http://127.0.0.1:8188; found '{settings.Gpus[i].Url}'.");
            }
            else if (gpu.Address.IsLoopback && settings.Cluster is not null && address is not null && !IPAddress.IsLoopback(address))
            {
                // To another silo the same address is another ComfyUI, or none: its prompts would count as lost, and run twice.
                faults.Add(
                    $"Continuity:Gpus:{i}:Url (--gpu) must be an address that every silo reaches, such as http://{settings.Address}:{gpu.Address.Port}, with ComfyUI started with --listen; "
                    + $"found '{settings.Gpus[i].Url}', which is another machine to each of them.");
            }
        }

        return faults;
    }

    /// <summary>Reads a GPU; <see langword="null"/> when its address is none.</summary>
    public static GpuRegistration? Registration(GpuSettings gpu) =>
        Uri.TryCreate(gpu.Url.Contains("://", StringComparison.Ordinal) ? gpu.Url : $"http://{gpu.Url}", UriKind.Absolute, out var address)
        && (address.Scheme == Uri.UriSchemeHttp || address.Scheme == Uri.UriSchemeHttps)
        && address.Host.Length > 0
            ? new GpuRegistration(GpuId.FromAddress(address), address, gpu.Name ?? address.Authority)
            : null;

    private static void CheckPort(List<string> faults, string setting, int port)
    {
        if (port is < 1 or > LargestPort)
        {
            faults.Add($"{setting} takes a port from 1 to {LargestPort}; found {port}.");
        }
    }

    private static void CheckCluster(List<string> faults, string connectionString)
    {
        try
        {
            var parts = new NpgsqlConnectionStringBuilder(connectionString);
            if (string.IsNullOrEmpty(parts.Host))
            {
                faults.Add("Continuity:Cluster (--cluster) must name the PostgreSQL server: Host=db;Database=continuity;Username=farm;Password=….");
            }
        }
        catch (ArgumentException exception)
        {
            // The message names the keyword at fault, never its value.
            faults.Add($"Continuity:Cluster (--cluster) is not a PostgreSQL connection string: {exception.Message}");
        }
    }
}
