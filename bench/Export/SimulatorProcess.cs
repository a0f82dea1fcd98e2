using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Continuity.Bench;

/// <summary>A simulated ComfyUI in a process of its own.</summary>
internal sealed class SimulatorProcess : IAsyncDisposable
{
    private const string Ready = "listening on ";

    private readonly Process _process;

    private SimulatorProcess(Process process, Uri address)
    {
        _process = process;
        Address = address;
    }

    public Uri Address { get; }

    public static async Task<SimulatorProcess> StartAsync(string data)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, UseShellExecute = false };
        foreach (var argument in new[] { Path.Combine(AppContext.BaseDirectory, "Continuity.Simulator.dll"), "--port", "0", "--data", data, "--tiny-media" })
        {
            start.ArgumentList.Add(argument);
        }

        var process = Process.Start(start)!;
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line.StartsWith(Ready, StringComparison.Ordinal))
            {
                return new SimulatorProcess(process, new Uri(line[Ready.Length..].TrimEnd('/') + "/"));
            }
        }

        throw new InvalidOperationException($"The simulator ended with {process.ExitCode} before it listened.");
    }

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
