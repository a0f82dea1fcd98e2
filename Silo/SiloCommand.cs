using System.CommandLine;

using Continuity.Gpu;

namespace Continuity.Silo;

/// <summary>The server's command line: which data directory it owns, which GPUs it drives, where clients reach it.</summary>
internal static class SiloCommand
{
    private const int BadInput = 2;

    public static RootCommand Create()
    {
        var data = new Option<string>("--data") { Description = "Folder of the store and the artifacts", HelpName = "DIR", DefaultValueFactory = _ => ".continuity" };
        var gpus = new Option<string[]>("--gpu") { Description = "Address of a ComfyUI; may be repeated", HelpName = "URL" };
        var siloPort = new Option<int>("--silo-port") { Description = "Port for silos, on the loopback address", HelpName = "PORT", DefaultValueFactory = _ => 11111 };
        var gatewayPort = new Option<int>("--gateway-port") { Description = "Port for clients, on the loopback address", HelpName = "PORT", DefaultValueFactory = _ => 30000 };
        gpus.Validators.Add(result =>
        {
            foreach (var token in result.Tokens.Where(token => ParseGpu(token.Value) is null))
            {
                result.AddError($"--gpu takes an address such as http://127.0.0.1:8188; found '{token.Value}'.");
            }
        });

        var root = new RootCommand("Serves a farm on this machine until it is stopped: drives every unfinished pipeline of its data directory, and takes SDK clients.") { data, gpus, siloPort, gatewayPort };
        root.SetAction(async (parse, stop) =>
        {
            try
            {
                await SiloHost.RunAsync(
                    parse.GetRequiredValue(data),
                    [.. (parse.GetValue(gpus) ?? []).Select(text => ParseGpu(text)!)],
                    parse.GetValue(siloPort),
                    parse.GetValue(gatewayPort),
                    stop);
                return 0;
            }
            catch (OwnedElsewhereException exception)
            {
                await Console.Error.WriteLineAsync(exception.Message);
                return BadInput;
            }
        });
        return root;
    }

    private static GpuRegistration? ParseGpu(string text) =>
        Uri.TryCreate(text.Contains("://", StringComparison.Ordinal) ? text : $"http://{text}", UriKind.Absolute, out var address)
        && (address.Scheme == Uri.UriSchemeHttp || address.Scheme == Uri.UriSchemeHttps)
            ? new GpuRegistration(GpuId.FromAddress(address), address, address.Authority)
            : null;
}
