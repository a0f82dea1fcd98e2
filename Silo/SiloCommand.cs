using System.CommandLine;
using System.Globalization;

using Microsoft.Extensions.Configuration;

namespace Continuity.Silo;

/// <summary>The server's command line: a short form of the settings that one changes most.</summary>
internal static class SiloCommand
{
    private const int BadInput = 2;

    public static RootCommand Create()
    {
        var cluster = new Option<string?>("--cluster") { Description = "PostgreSQL of the cluster, such as 'Host=db;Database=continuity;Username=farm'; without it the farm is this machine's own, on SQLite", HelpName = "CONNECTION" };
        var data = new Option<string?>("--data") { Description = "Folder of the store and the artifacts; in a cluster a folder that all silos share. Default .continuity", HelpName = "DIR" };
        var gpus = new Option<string[]>("--gpu") { Description = "Address of a ComfyUI beside this silo; may be repeated", HelpName = "URL" };
        var name = new Option<string?>("--name") { Description = "Name of this silo", HelpName = "NAME" };
        var address = new Option<string?>("--address") { Description = "IP address on which silos and clients reach this one. Default 127.0.0.1", HelpName = "IP" };
        var siloPort = new Option<int?>("--silo-port") { Description = "Port for silos. Default 11111", HelpName = "PORT" };
        var gatewayPort = new Option<int?>("--gateway-port") { Description = "Port for clients. Default 30000", HelpName = "PORT" };
        var urls = new Option<string?>("--urls") { Description = "Addresses of the HTTP endpoints. Default http://127.0.0.1:8080", HelpName = "URL" };
        var root = new RootCommand("Serves a farm until it is stopped: drives every unfinished pipeline of its store, and takes SDK clients and the command.")
        {
            cluster, data, gpus, name, address, siloPort, gatewayPort, urls,
        };
        root.SetAction(async (parse, stop) =>
        {
            var settings = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
            Set(nameof(SiloSettings.Cluster), parse.GetValue(cluster));
            Set(nameof(SiloSettings.Data), parse.GetValue(data));
            Set(nameof(SiloSettings.Name), parse.GetValue(name));
            Set(nameof(SiloSettings.Address), parse.GetValue(address));
            Set(nameof(SiloSettings.SiloPort), parse.GetValue(siloPort)?.ToString(CultureInfo.InvariantCulture));
            Set(nameof(SiloSettings.GatewayPort), parse.GetValue(gatewayPort)?.ToString(CultureInfo.InvariantCulture));
            if (parse.GetValue(urls) is { } listen)
            {
                settings["urls"] = listen;
            }

            foreach (var (index, gpu) in (parse.GetValue(gpus) ?? []).Index())
            {
                Set($"{nameof(SiloSettings.Gpus)}:{index}:{nameof(GpuSettings.Url)}", gpu);
            }

            return await RunAsync(settings, stop);

            void Set(string key, string? value)
            {
                if (value is not null)
                {
                    settings[ConfigurationPath.Combine(SiloSettings.Section, key)] = value;
                }
            }
        });
        return root;
    }

    private static async Task<int> RunAsync(Dictionary<string, string?> commandLine, CancellationToken stop)
    {
        try
        {
            await SiloHost.RunAsync(commandLine, stop);
            return 0;
        }
        catch (SettingsException exception)
        {
            await Console.Error.WriteLineAsync(exception.Message);
            return BadInput;
        }
    }
}
