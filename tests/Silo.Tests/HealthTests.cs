using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace Continuity.Silo.Tests;

/// <summary>A real server on free ports: what it says of itself must be true.</summary>
public sealed class HealthTests : IAsyncLifetime, IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly string _folder = Directory.CreateTempSubdirectory("continuity-silo-tests-").FullName;
    private readonly HttpClient _http = new();
    private readonly CancellationTokenSource _stop = new();
    private Task _server = Task.CompletedTask;

    public async Task InitializeAsync()
    {
        _http.BaseAddress = new Uri($"http://127.0.0.1:{FreePort()}");
        _server = SiloHost.RunAsync(
            new Dictionary<string, string?>
            {
                ["urls"] = _http.BaseAddress.ToString(),
                ["Continuity:Data"] = _folder,
                ["Continuity:SiloPort"] = FreePort().ToString(CultureInfo.InvariantCulture),
                ["Continuity:GatewayPort"] = FreePort().ToString(CultureInfo.InvariantCulture),
            },
            _stop.Token);
        await UntilAsync("/health/ready", HttpStatusCode.OK);
    }

    public async Task DisposeAsync()
    {
        await _stop.CancelAsync();
        await _server.WaitAsync(Patience);
    }

    public void Dispose()
    {
        _stop.Dispose();
        _http.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task AServingSiloIsLive()
    {
        var (status, _) = await GetAsync("/health/live");

        Assert.Equal(HttpStatusCode.OK, status);
    }

    [Fact]
    public async Task ASiloThatCannotWriteArtifactsIsNotReadyButLive()
    {
        var incoming = Path.Combine(_folder, "artifacts", ".incoming");
        Directory.Delete(incoming, recursive: true);
        await File.WriteAllTextAsync(incoming, "no folder any more");

        var answer = await UntilAsync("/health/ready", HttpStatusCode.ServiceUnavailable);

        var checks = answer.GetProperty("checks");
        Assert.Equal("unhealthy", checks.GetProperty("artifacts").GetProperty("status").GetString());
        Assert.Equal("healthy", checks.GetProperty("store").GetProperty("status").GetString());
        Assert.Equal(HttpStatusCode.OK, (await GetAsync("/health/live")).Status);
    }

    [Fact]
    public async Task TheContainersCheckTellsAReadySiloFromOneThatIsNot()
    {
        Assert.Equal(0, await ContainerCheckAsync());

        var incoming = Path.Combine(_folder, "artifacts", ".incoming");
        Directory.Delete(incoming, recursive: true);
        await File.WriteAllTextAsync(incoming, "no folder any more");
        await UntilAsync("/health/ready", HttpStatusCode.ServiceUnavailable);

        Assert.Equal(1, await ContainerCheckAsync());
    }

    // As the compose file has it, but for the port.
    private async Task<int> ContainerCheckAsync()
    {
        var compose = await File.ReadAllLinesAsync(Path.Combine(AppContext.BaseDirectory, "compose.yaml"));
        var line = Assert.Single(compose, line => line.Contains("/health/ready", StringComparison.Ordinal));
        var test = JsonSerializer.Deserialize<string[]>(line[line.IndexOf('[', StringComparison.Ordinal)..])!;
        Assert.Equal(("CMD", "bash", "-c", 4), (test[0], test[1], test[2], test.Length));
        var script = test[3].Replace("$$", "$", StringComparison.Ordinal).Replace("/8080 ", $"/{_http.BaseAddress!.Port} ", StringComparison.Ordinal);
        using var bash = Process.Start("bash", ["-c", script]);
        using var limit = new CancellationTokenSource(Patience);
        await bash.WaitForExitAsync(limit.Token);
        return bash.ExitCode;
    }

    private async Task<JsonElement> UntilAsync(string path, HttpStatusCode wanted)
    {
        var started = TimeProvider.System.GetTimestamp();
        var last = "nothing";
        while (TimeProvider.System.GetElapsedTime(started) < Patience)
        {
            if (_server.IsFaulted)
            {
                await _server;
            }

            try
            {
                var (status, body) = await GetAsync(path);
                last = $"{status}: {body}";
                if (status == wanted)
                {
                    return JsonDocument.Parse(body).RootElement;
                }
            }
            catch (HttpRequestException exception)
            {
                last = exception.Message;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
        }

        throw new TimeoutException($"{path} did not answer {wanted} within {Patience}. Seen last: {last}");
    }

    private async Task<(HttpStatusCode Status, string Body)> GetAsync(string path)
    {
        using var answer = await _http.GetAsync(new Uri(path, UriKind.Relative));
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
