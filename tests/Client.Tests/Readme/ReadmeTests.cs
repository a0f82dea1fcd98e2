using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;

using Continuity.Cli;
using Continuity.Cli.Output;
using Continuity.Client.Tests.Cli;
using Continuity.ComfyUI.Profiles;
using Continuity.Engine.Exports;
using Continuity.Gpu;
using Continuity.Grains.Hosting;
using Continuity.Simulator;

using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Continuity.Client.Tests.Readme;

/// <summary>What the documents tell people to type is what works.</summary>
public sealed partial class ReadmeTests : IDisposable
{
    private static readonly string Root = FindRoot();

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task TheSdkExampleMakesAFilm()
    {
        var port = FreePort();
        await using var gpu = await SimulatedComfy.StartAsync(new SimulatorOptions { TinyMedia = true });
        using var host = Serve(port, gpu.BaseAddress);
        await host.StartAsync();
        var projectPath = Path.Combine(_folder.Path, "my.json");
        var folder = Path.Combine(_folder.Path, "film");
        await File.WriteAllTextAsync(projectPath, """{ "version": 1, "scenes": [ { "id": "s", "title": "One", "timeline": { "shots": [ { "id": "a", "description": "A lamp." } ] } } ] }""");

        // The same lines as in the README, which the next test compares.
        // <readme>
        var gateway = new IPEndPoint(IPAddress.Loopback, port);
        await using var farm = await ContinuityClient.ConnectAsync(new ContinuityClientOptions { Gateways = { gateway } });
        await using var project = File.OpenRead(projectPath);
        var profiles = ProfileLibrary.Load([ProfileLibrary.ShippedDirectory]);
        var film = await farm.ExportAsync(project, new ExportOptions { Upscale = true }, profiles);
        await foreach (var update in farm.WatchAsync(film.Id))
        {
            Console.WriteLine($"{update.Summary.Status}: {update.Summary.Counts.Completed} of {update.Summary.Counts.Total}");
        }

        await farm.DownloadAsync(film.Id, folder);

        // </readme>
        Assert.True(File.Exists(Path.Combine(folder, "film.mp4")));
        await host.StopAsync();
    }

    [Fact]
    public void TheSdkExampleOfTheReadmeIsTheOneThatIsTested()
    {
        var readme = SdkBlock().Match(File.ReadAllText(Path.Combine(Root, "README.md"))).Groups["code"].Value;
        var tested = TestedBlock().Match(File.ReadAllText(Path.Combine(Root, "tests", "Client.Tests", "Readme", "ReadmeTests.cs"))).Groups["code"].Value
            .Replace("IPAddress.Loopback, port", "IPAddress.Loopback, 30000", StringComparison.Ordinal)
            .Replace("OpenRead(projectPath)", "OpenRead(\"my.json\")", StringComparison.Ordinal)
            .Replace("film.Id, folder", "film.Id, \"out/film\"", StringComparison.Ordinal);

        Assert.Equal(Lines(tested), Lines(readme).Where(line => !line.StartsWith("using ", StringComparison.Ordinal)));
    }

    [Theory]
    [MemberData(nameof(DocumentedCommands))]
    public void EveryDocumentedCommandIsUnderstood(string document, string command)
    {
        var terminal = Fixtures.Terminal(out _, out _);
        var arguments = command.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(word => word.Trim('\'', '"')).ToArray();

        var parse = CommandLine.Create(terminal, TimeProvider.System).Parse(arguments);

        Assert.True(parse.Errors.Count == 0, $"{document}: '{command}': {string.Join("; ", parse.Errors.Select(error => error.Message))}");
    }

    public static TheoryData<string, string> DocumentedCommands()
    {
        var data = new TheoryData<string, string>();
        foreach (var path in new[] { "README.md", "CONTRIBUTING.md", "samples/README.md", "docs/cli.md", "docs/profiles.md", "docs/dag.md", "docs/project-file.md" })
        {
            foreach (Match match in CommandLines().Matches(File.ReadAllText(Path.Combine(Root, path))))
            {
                var command = match.Groups["arguments"].Value.Split('#')[0].Trim();

                // Synopses with brackets or an ellipsis are no commands to type.
                if (command.Length > 0 && !command.Contains('[', StringComparison.Ordinal) && !command.Contains('…', StringComparison.Ordinal) && !command.Contains('|', StringComparison.Ordinal))
                {
                    data.Add(path, command);
                }
            }
        }

        return data;
    }

    [GeneratedRegex(@"^## SDK\s+```csharp\n(?<code>.*?)```", RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex SdkBlock();

    [GeneratedRegex(@"// <readme>\n(?<code>.*?)// </readme>", RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex TestedBlock();

    [GeneratedRegex(@"^\s*(dotnet run --project Client/Cli -c Release --|continuity) (?<arguments>[^`\\\n]+)$", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex CommandLines();

    private static IEnumerable<string> Lines(string code) => code.Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0);

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "Continuity.Orleans.sln")))
        {
            folder = folder.Parent;
        }

        return folder.FullName;
    }

    private IHost Serve(int gatewayPort, Uri gpu)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.UseOrleans(silo =>
        {
            silo.UseLocalhostClustering(FreePort(), gatewayPort, primarySiloEndpoint: null, "continuity", "continuity");
            silo.UseContinuity(options =>
            {
                options.DataDirectory = Path.Combine(_folder.Path, "data");
                options.Gpus.Add(new GpuRegistration(GpuId.FromAddress(gpu), gpu, "gpu"));
            });
        });
        return builder.Build();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
