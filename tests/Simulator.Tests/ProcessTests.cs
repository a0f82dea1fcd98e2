using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Continuity.Simulator.Tests.Support;

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

        // Which of the two depends on how far the connection had come.
        var failure = await Record.ExceptionAsync(() => http.PostAsync(new Uri("_sim/crash", UriKind.Relative), content: null));
        Assert.True(failure is HttpRequestException or SocketException, $"{failure}");

        await program.WaitForExitAsync().WaitAsync(Patience);
        Assert.Equal(137, program.ExitCode);
    }

    [Theory]
    [InlineData("-KILL")]
    [InlineData("-TERM")]
    public async Task NoFfmpegOutlivesTheProgramForLong(string signal)
    {
        var data = Directory.CreateTempSubdirectory("continuity-orphans-");
        using var program = Start("--data", data.FullName);
        using var http = new HttpClient { BaseAddress = await ListeningAsync(program) };
        var graph = new JsonObject
        {
            ["1"] = Graphs.Node("EmptyImage", ("width", 1024), ("height", 1024), ("batch_size", 4096), ("color", 1)),
            ["2"] = Graphs.Node("CreateVideo", ("images", Graphs.Link("1")), ("fps", 16)),
            ["3"] = Graphs.Node("SaveVideo", ("video", Graphs.Link("2")), ("filename_prefix", "long"), ("format", "mp4"), ("codec", "h264")),
        };
        using var accepted = await http.PostAsJsonAsync(new Uri("prompt", UriKind.Relative), new JsonObject { ["prompt"] = graph });
        Assert.True(accepted.IsSuccessStatusCode);
        await UntilAsync(() => ProcessesOf(data.FullName).Contains("ffmpeg", StringComparison.Ordinal), () => "No ffmpeg was seen.");

        using var kill = Process.Start("kill", [signal, $"{program.Id}"]);
        await program.WaitForExitAsync().WaitAsync(Patience);

        await UntilAsync(() => ProcessesOf(data.FullName).Length == 0, () => $"Still running: {ProcessesOf(data.FullName)}");
        data.Delete(recursive: true);
    }

    [Fact]
    public async Task TheJournalOutlivesTheProgramAndTellsWhatItTookAlong()
    {
        var data = Directory.CreateTempSubdirectory("continuity-journal-");
        var journal = Path.Combine(data.FullName, "journal");
        string[] options = ["--tiny-media", "--data", data.FullName, "--journal", journal];
        using (var program = Start(options))
        {
            using var http = new HttpClient { BaseAddress = await ListeningAsync(program) };
            await SubmitAsync(http, "done", seconds: 0);
            await UntilAsync(() => Lines(journal).Any(line => line.Contains("ended", StringComparison.Ordinal)), () => string.Join('\n', Lines(journal)));
            await http.PostAsJsonAsync(new Uri("history", UriKind.Relative), new JsonObject { ["delete"] = new JsonArray("done") });
            await SubmitAsync(http, "taken along", seconds: 60);
            await UntilAsync(() => Lines(journal).Any(line => line.Contains("started", StringComparison.Ordinal) && line.Contains("along", StringComparison.Ordinal)), () => string.Join('\n', Lines(journal)));
            await SubmitAsync(http, "staged", seconds: 60);
            await SubmitAsync(http, "taken back", seconds: 60);
            await http.PostAsJsonAsync(new Uri("queue", UriKind.Relative), new JsonObject { ["delete"] = new JsonArray("taken back") });
            await UntilAsync(() => Lines(journal).Any(line => line.Contains("removed", StringComparison.Ordinal)), () => string.Join('\n', Lines(journal)));
            program.Kill();
            await program.WaitForExitAsync().WaitAsync(Patience);
        }

        using (var again = Start(options))
        {
            await ListeningAsync(again);
            again.Kill();
            await again.WaitForExitAsync().WaitAsync(Patience);
        }

        Assert.Equal(
            [
                "life", "accepted done p t", "started done", "ended done success 1", "forgotten done",
                "accepted taken along p t", "started taken along", "accepted staged p t", "accepted taken back p t", "removed taken back", "life",
            ],
            Lines(journal).Select(line => string.Join(' ', JsonNode.Parse(line)!.AsObject().Where(pair => pair.Key != "at" && pair.Value is not null).Select(pair => $"{pair.Value}"))));
        data.Delete(recursive: true);
    }

    [Fact]
    public async Task OneProcessHoldsSeveralServers()
    {
        var data = Directory.CreateTempSubdirectory("continuity-several-");
        using var program = Start("--tiny-media", "--data", data.FullName, "--count", "3", "--name", "gpu");

        List<string> names = [];
        for (var i = 0; i < 3; i++)
        {
            using var http = new HttpClient { BaseAddress = await ListeningAsync(program) };
            names.Add($"{(await http.GetFromJsonAsync<JsonNode>(new Uri("_sim/stats", UriKind.Relative)))!["name"]}");
        }

        Assert.Equal(["gpu-1", "gpu-2", "gpu-3"], names);
        Assert.Equal(["1", "2", "3"], data.EnumerateDirectories().Select(folder => folder.Name).Order(StringComparer.Ordinal));
        program.Kill();
        await program.WaitForExitAsync().WaitAsync(Patience);
        data.Delete(recursive: true);
    }

    [Fact]
    public async Task AnOptionThatIsNotUnderstoodIsExplained()
    {
        using var program = Start("--nonsense", "1");

        await program.WaitForExitAsync().WaitAsync(Patience);

        Assert.Equal(2, program.ExitCode);
        Assert.StartsWith("\"--nonsense\" is not understood", await program.StandardError.ReadToEndAsync(), StringComparison.Ordinal);
    }

    private static async Task SubmitAsync(HttpClient http, string id, double seconds)
    {
        var graph = new JsonObject
        {
            ["1"] = Graphs.Node("EmptyImage", ("width", 8), ("height", 8), ("batch_size", 1), ("color", 1)),
            ["2"] = Graphs.Node("TestSleep", ("image", Graphs.Link("1")), ("seconds", seconds), ("steps", 1), ("previews", false), ("seed", 1)),
            ["3"] = Graphs.Node("SaveImage", ("images", Graphs.Link("2")), ("filename_prefix", id)),
        };
        var tags = new JsonObject { ["continuity_pipeline"] = "p", ["continuity_task"] = "t" };
        using var accepted = await http.PostAsJsonAsync(new Uri("prompt", UriKind.Relative), new JsonObject { ["prompt"] = graph, ["prompt_id"] = id, ["extra_data"] = tags });
        Assert.True(accepted.IsSuccessStatusCode);
    }

    // It is being written to.
    private static string[] Lines(string path)
    {
        using var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(file);
        return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private static async Task UntilAsync(Func<bool> condition, Func<string> describe)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (!condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(start) < Patience, describe());
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        }
    }

    // The command lines of ffmpeg processes that name a folder; the program under test names it too.
    private static string ProcessesOf(string folder)
    {
        var lines = new List<string>();
        foreach (var directory in Directory.EnumerateDirectories("/proc").Where(d => int.TryParse(Path.GetFileName(d), CultureInfo.InvariantCulture, out _)))
        {
            try
            {
                lines.Add(File.ReadAllText(Path.Combine(directory, "cmdline")).Replace('\0', ' '));
            }
            catch (IOException)
            {
                // It ended meanwhile.
            }
        }

        return string.Join('\n', lines.Where(l => l.StartsWith("ffmpeg", StringComparison.Ordinal) && l.Contains(folder, StringComparison.Ordinal)));
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
