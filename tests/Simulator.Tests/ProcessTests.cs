using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Continuity.Simulator.Tests;

public sealed class ProcessTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task TheProgramSaysWhereItListensServesAndEndsOnSigterm()
    {
        using var program = Start("--tiny-media");
        using var http = new HttpClient { BaseAddress = await ListeningAsync(program) };

        var stats = await http.GetFromJsonAsync<JsonNode>(new Uri("_sim/stats", UriKind.Relative));
        Assert.Empty(stats!["submitted"]!.AsArray());

        using var kill = Process.Start("kill", ["-TERM", $"{program.Id}"]);
        await program.WaitForExitAsync().WaitAsync(Patience);
        Assert.Equal(0, program.ExitCode);
        Assert.Equal("", await program.StandardOutput.ReadToEndAsync());
    }

    [Fact]
    public async Task ACrashKillsTheProgram()
    {
        using var program = Start();
        using var http = new HttpClient { BaseAddress = await ListeningAsync(program) };

        await Assert.ThrowsAnyAsync<HttpRequestException>(() => http.PostAsync(new Uri("_sim/crash", UriKind.Relative), content: null));

        await program.WaitForExitAsync().WaitAsync(Patience);
        Assert.Equal(137, program.ExitCode);
    }

    [Fact]
    public async Task AnOptionThatIsNotUnderstoodIsExplained()
    {
        using var program = Start("--nonsense", "1");

        await program.WaitForExitAsync().WaitAsync(Patience);

        Assert.Equal(2, program.ExitCode);
        Assert.StartsWith("\"--nonsense\" is not understood", await program.StandardError.ReadToEndAsync(), StringComparison.Ordinal);
    }

    private static Process Start(params string[] arguments)
    {
        var program = typeof(SimulatedComfy).Assembly.Location;
        return Process.Start(new ProcessStartInfo("dotnet", [program, .. arguments]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true })!;
    }

    private static async Task<Uri> ListeningAsync(Process program)
    {
        var line = await program.StandardOutput.ReadLineAsync().WaitAsync(Patience);
        Assert.Matches("^listening on http://127.0.0.1:[0-9]+$", line);
        return new Uri(line!["listening on ".Length..]);
    }
}
