using System.Text.Json;

using Continuity.Cli;
using Continuity.Simulator;

namespace Continuity.Client.Tests.Cli;

/// <summary>The commands about the fleet in this process, on simulated GPUs, each in a silo of its own: what one left the next one finds.</summary>
public sealed class GpuCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Data => Path.Combine(_folder.Path, "data");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task AGpuIsAddedPausedDrainedResumedAndRemoved()
    {
        await using var comfy = await SimulatedComfy.StartAsync(new SimulatorOptions { TinyMedia = true });
        var id = comfy.BaseAddress.Authority;

        var added = await RunAsync("gpus", "add", comfy.BaseAddress.ToString(), "--name", "big one");
        Assert.Equal((ExitCodes.Completed, id, "added", true), (added.ExitCode, Text(added, "id"), Text(added, "status"), Flag(added, "changed")));
        Assert.False(Flag(await RunAsync("gpus", "add", id, "--name", "big one"), "changed"));
        Assert.Equal(("paused", true), StateOf(await RunAsync("gpus", "pause", "big one")));
        Assert.Equal(("paused", false), StateOf(await RunAsync("gpus", "pause", id)));

        var listed = Assert.Single((await RunAsync("gpus")).Lines);
        Assert.Equal(
            (id, "healthy", "paused", "added", "big one"),
            (listed.GetProperty("id").GetString(), listed.GetProperty("status").GetString(), listed.GetProperty("mode").GetString(), listed.GetProperty("origin").GetString(), listed.GetProperty("name").GetString()));

        Assert.Equal(("drained", true), StateOf(await RunAsync("gpus", "drain", comfy.BaseAddress.ToString(), "--wait")));
        Assert.True(Assert.Single((await RunAsync("gpus")).Lines).GetProperty("drained").GetBoolean());
        Assert.Equal(("active", true), StateOf(await RunAsync("gpus", "resume", id)));
        Assert.Equal(("removed", true), StateOf(await RunAsync("gpus", "remove", "big one")));
        Assert.Equal(("removed", false), StateOf(await RunAsync("gpus", "remove", id)));
        Assert.Empty((await RunAsync("gpus")).Lines);
    }

    [Fact]
    public async Task WhatIsNoGpuIsOneClearErrorAndChangesNothing()
    {
        await using var comfy = await SimulatedComfy.StartAsync(new SimulatorOptions { TinyMedia = true });
        await using var page = await PlainPage.StartAsync();
        await RunAsync("gpus", "add", comfy.BaseAddress.ToString());
        await comfy.CrashAsync();

        var refused = await RunAsync("gpus", "add", comfy.BaseAddress.ToString(), "--name", "renamed");
        Assert.Equal(ExitCodes.BadInput, refused.ExitCode);
        Assert.Contains("cannot be reached", refused.Error, StringComparison.Ordinal);
        var other = await RunAsync("gpus", "add", page.Address.ToString());
        Assert.Equal(ExitCodes.BadInput, other.ExitCode);
        Assert.Contains("Nothing was added.", other.Error, StringComparison.Ordinal);
        var unknown = await RunAsync("gpus", "pause", "nobody");
        Assert.Equal(ExitCodes.BadInput, unknown.ExitCode);
        Assert.Contains($"There is no GPU nobody here. There are: {comfy.BaseAddress.Authority}.", unknown.Error, StringComparison.Ordinal);

        var left = Assert.Single((await RunAsync("gpus")).Lines);
        Assert.Equal((comfy.BaseAddress.Authority, "active", "unreachable"), (left.GetProperty("name").GetString(), left.GetProperty("mode").GetString(), left.GetProperty("status").GetString()));
    }

    [Fact]
    public async Task AnExportThatNoGpuCanRunIsRefusedWithAListAndNothingIsSubmitted()
    {
        var options = new SimulatorOptions { TinyMedia = true };
        options.Models["diffusion_models"].Remove("flux1-krea-dev_fp8_scaled.safetensors");
        await using var comfy = await SimulatedComfy.StartAsync(options);
        var project = Path.Combine(_folder.Path, "story.json");
        await File.WriteAllTextAsync(project, """{ "scenes": [ { "id": "s", "title": "One", "timeline": { "shots": [ { "id": "a", "description": "A lamp." } ] } } ] }""");
        string[] export = ["export", project, "--gpu", comfy.BaseAddress.ToString(), "--no-videos", "--out", Path.Combine(_folder.Path, "out")];

        var refused = await RunAsync(export);

        Assert.Equal(ExitCodes.BadInput, refused.ExitCode);
        Assert.Contains("No GPU can run 1 of the 1 task. Nothing was submitted; --no-preflight submits all the same.", refused.Error, StringComparison.Ordinal);
        Assert.Contains($"{comfy.BaseAddress.Authority}: its ComfyUI has no 'flux1-krea-dev_fp8_scaled.safetensors' for UNETLoader.unet_name; put it into models/diffusion_models", refused.Error, StringComparison.Ordinal);
        Assert.Equal("error", Assert.Single(refused.Lines).GetProperty("status").GetString());
        Assert.Empty((await RunAsync("ls")).Lines);

        var failed = await RunAsync([.. export, "--no-preflight"]);
        Assert.True(failed.ExitCode == ExitCodes.Failed, $"{failed.ExitCode}: {failed.Error}");
        Assert.Single((await RunAsync("ls")).Lines);

        comfy.SetModel("diffusion_models", "flux1-krea-dev_fp8_scaled.safetensors");
        var done = await RunAsync(export);
        Assert.True(done.ExitCode == ExitCodes.Completed, $"{done.ExitCode}: {done.Error}");
    }

    [Fact]
    public async Task AnExportUsesTheGpusOfTheFarmWhenNoneIsNamed()
    {
        await using var comfy = await SimulatedComfy.StartAsync(new SimulatorOptions { TinyMedia = true });
        var project = Path.Combine(_folder.Path, "story.json");
        await File.WriteAllTextAsync(project, """{ "scenes": [ { "id": "s", "title": "One", "timeline": { "shots": [ { "id": "a", "description": "A lamp." } ] } } ] }""");
        await RunAsync("gpus", "add", comfy.BaseAddress.ToString());

        var done = await RunAsync("export", project, "--no-videos", "--out", Path.Combine(_folder.Path, "out"));

        Assert.True(done.ExitCode == ExitCodes.Completed, $"{done.ExitCode}: {done.Error}");
        Assert.Equal(1, comfy.Statistics.Succeeded);
    }

    private static (string? State, bool Changed) StateOf((int ExitCode, List<JsonElement> Lines, string Error) run) => (Text(run, "status"), Flag(run, "changed"));

    private static string? Text((int ExitCode, List<JsonElement> Lines, string Error) run, string name) => Line(run).GetProperty(name).GetString();

    private static bool Flag((int ExitCode, List<JsonElement> Lines, string Error) run, string name) => Line(run).GetProperty(name).GetBoolean();

    private static JsonElement Line((int ExitCode, List<JsonElement> Lines, string Error) run)
    {
        Assert.True(run.ExitCode == ExitCodes.Completed, $"exit code {run.ExitCode}: {run.Error}");
        return Assert.Single(run.Lines);
    }

    private async Task<(int ExitCode, List<JsonElement> Lines, string Error)> RunAsync(params string[] args)
    {
        var terminal = Fixtures.Terminal(out var output, out var error);
        var exitCode = await CommandLine.InvokeAsync([.. args, "--json", "--data", Data], terminal, TimeProvider.System, CancellationToken.None);
        var lines = output.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement);
        return (exitCode, [.. lines], error.ToString());
    }
}
