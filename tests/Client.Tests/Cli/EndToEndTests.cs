using System.Text.Json;

using Continuity.Cli;

namespace Continuity.Client.Tests.Cli;

/// <summary>The whole command in this process, on a simulated GPU.</summary>
public sealed class EndToEndTests : IDisposable
{
    private const string Project = """
        {
          "version": 1,
          "storyBible": { "logline": "A test." },
          "directorsVision": "plain",
          "scenes": [
            { "id": "s1", "title": "One", "timeline": { "shots": [ { "id": "a", "description": "A lamp." }, { "id": "b", "description": "A door." } ] } }
          ]
        }
        """;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Export_ThenLook_ThenRemove()
    {
        var project = Path.Combine(_folder.Path, "story.json");
        await File.WriteAllTextAsync(project, Project);

        var (exitCode, lines, error) = await RunAsync("export", project, "--simulate", "1", "--no-videos", "--priority", "high", "--owner", "ann", "--out", Path.Combine(_folder.Path, "out"));

        Assert.True(exitCode == ExitCodes.Completed, $"exit code {exitCode}\n{string.Join('\n', lines)}\n{error}");
        var last = lines[^1];
        var id = last.GetProperty("id").GetString()!;
        Assert.Equal("completed", last.GetProperty("status").GetString());
        Assert.Equal(2, last.GetProperty("files").GetInt32());
        Assert.True(File.Exists(last.GetProperty("manifest").GetString()));
        Assert.Equal(2, Directory.GetFiles(Path.Combine(_folder.Path, "out"), "*.png", SearchOption.AllDirectories).Length);

        // In fresh silos: what was recorded must be there without the process that recorded it.
        var (_, listed, _) = await RunAsync("ls");
        Assert.Equal(id, Assert.Single(listed).GetProperty("id").GetString());
        var (_, shown, _) = await RunAsync("show", id);
        Assert.All(Assert.Single(shown).GetProperty("tasks").EnumerateArray(), task => Assert.Equal("completed", task.GetProperty("state").GetString()));
        var (_, waiting, _) = await RunAsync("why", id);
        Assert.Empty(waiting);
        var task = shown[0].GetProperty("tasks")[0].GetProperty("id").GetString()!;
        var (_, why, _) = await RunAsync("why", id, task);
        Assert.Equal((id, task, "completed"), (Assert.Single(why).GetProperty("id").GetString(), why[0].GetProperty("task").GetString(), why[0].GetProperty("state").GetString()));
        var (unknownTask, _, noTask) = await RunAsync("why", id, "nothing");
        Assert.Equal(ExitCodes.BadInput, unknownTask);
        Assert.Contains($"Pipeline {id} has no task 'nothing'. Run 'continuity show {id}' to see those it has.", noTask, StringComparison.Ordinal);
        foreach (var command in (string[][])[["why", "nobody"], ["why", "nobody", task], ["priority", "nobody", "high"]])
        {
            var (unknown, _, noPipeline) = await RunAsync(command);
            Assert.Equal(ExitCodes.BadInput, unknown);
            Assert.Contains("There is no pipeline", noPipeline, StringComparison.Ordinal);
        }

        Assert.Equal("high", Assert.Single(shown).GetProperty("priority").GetString());
        var (_, changed, _) = await RunAsync("priority", id, "LOW");
        Assert.Equal(("completed", "low"), (Assert.Single(changed).GetProperty("status").GetString(), changed[0].GetProperty("priority").GetString()));
        var (removed, _, _) = await RunAsync("rm", id);
        Assert.Equal(ExitCodes.Completed, removed);
        var (_, left, _) = await RunAsync("ls");
        Assert.Empty(left);

        // Just stored: too young to be deleted.
        var (collected, garbage, _) = await RunAsync("gc", "--older-than", "1h");
        Assert.Equal(ExitCodes.Completed, collected);
        Assert.Equal((2, 0), (Assert.Single(garbage).GetProperty("examined").GetInt32(), garbage[0].GetProperty("deleted").GetInt32()));
        foreach (var path in Directory.GetFiles(Path.Combine(_folder.Path, "data", "artifacts"), "*", SearchOption.AllDirectories))
        {
            File.SetLastWriteTimeUtc(path, DateTime.UnixEpoch);
        }

        var (_, counted, _) = await RunAsync("gc", "--dry-run");
        Assert.Equal(("counted", 2), (Assert.Single(counted).GetProperty("status").GetString(), counted[0].GetProperty("deleted").GetInt32()));
        var (_, deleted, _) = await RunAsync("gc");
        Assert.Equal(("collected", 2), (Assert.Single(deleted).GetProperty("status").GetString(), deleted[0].GetProperty("deleted").GetInt32()));
    }

    [Fact]
    public async Task Export_FaultyProject_PrintsEveryFaultAndCreatesNothing()
    {
        var project = Path.Combine(_folder.Path, "story.json");
        await File.WriteAllTextAsync(project, """{ "scenes": [ { "title": "no id" }, 7 ] }""");

        var (exitCode, lines, error) = await RunAsync("export", project, "--simulate", "1");

        Assert.Equal(ExitCodes.BadInput, exitCode);
        var line = Assert.Single(lines);
        Assert.Equal("error", line.GetProperty("status").GetString());
        Assert.Contains("$.scenes[0]", line.GetProperty("errors").ToString(), StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(_folder.Path, "data")), "a refused project left a data directory behind");
        Assert.Contains("$.scenes[0]", error, StringComparison.Ordinal);
        Assert.Contains("$.scenes[1]", error, StringComparison.Ordinal);
    }

    private async Task<(int ExitCode, List<JsonElement> Lines, string Error)> RunAsync(params string[] args)
    {
        var terminal = Fixtures.Terminal(out var output, out var error);
        var exitCode = await CommandLine.InvokeAsync(
            [.. args, "--json", "--data", Path.Combine(_folder.Path, "data")],
            terminal,
            TimeProvider.System,
            CancellationToken.None);
        var lines = output.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement);
        return (exitCode, [.. lines], error.ToString());
    }
}
