using Continuity.Simulator.Tests.Support;

namespace Continuity.Simulator.Tests;

public sealed class CachingFactsTests
{
    [Fact]
    public async Task OnlyTheLastPromptIsCached()
    {
        await using var rig = await Rig.StartAsync();

        Assert.Empty(await CachedAsync(rig, Graphs.Empty("a")));
        Assert.Equal(["1", "2"], await CachedAsync(rig, Graphs.Empty("a")));
        Assert.Empty(await CachedAsync(rig, Graphs.Empty("b", color: 9)));
        Assert.Empty(await CachedAsync(rig, Graphs.Empty("a")));
    }

    [Fact]
    public async Task ACachedPromptRepeatsExecutedWithTheOldNameAndNoExecuting()
    {
        await using var rig = await Rig.StartAsync();
        var first = await rig.RunAsync(Graphs.Empty());
        var socket = await rig.ConnectAsync("a");
        await rig.SubmitAsync(Graphs.Empty(), "a", "p");

        var messages = await socket.UntilEndAsync();

        string[] types = ["status", "status", "status", "execution_start", "execution_cached", "executed", "progress_state", "execution_success", "status", "executing"];
        Assert.Equal(types, messages.Select(m => m.Type));
        Assert.Equal(
            """{"type": "progress_state", "data": {"prompt_id": "p", "nodes": {"2": {"value": 1, "max": 1, "state": "finished", "node_id": "2", "prompt_id": "p", "display_node_id": "2", "parent_node_id": null, "real_node_id": "2"}}}}""",
            messages[6].Raw);
        Assert.Equal(first["outputs"]!.ToJsonString(), (await rig.EndOfAsync("p"))["outputs"]!.ToJsonString());
        Assert.Single(Directory.GetFiles(Path.Combine(rig.Comfy.DataDirectory, "output")));
    }

    [Fact]
    public async Task ACachedFileMayBeGone()
    {
        await using var rig = await Rig.StartAsync();
        await rig.RunAsync(Graphs.Empty());
        File.Delete(Path.Combine(rig.Comfy.DataDirectory, "output", "empty_00001_.png"));

        var again = await rig.RunAsync(Graphs.Empty());

        Assert.Equal("success", (string)again["status"]!["status_str"]!);
        Assert.Equal(404, (await rig.GetAsync("view?filename=empty_00001_.png")).Status);
    }

    [Fact]
    public async Task NodeIdsDoNotMatterAndMetaKeepsTheOldOne()
    {
        await using var rig = await Rig.StartAsync();
        await rig.RunAsync(Graphs.Empty());

        var entry = await rig.RunAsync(Graphs.Empty(first: "10", second: "20"));

        Assert.Equal(["10", "20"], Cached(entry));
        Assert.Equal("empty_00001_.png", (string)entry["outputs"]!["20"]!["images"]![0]!["filename"]!);
        Assert.Equal("2", (string)entry["meta"]!["20"]!["node_id"]!);
    }

    [Fact]
    public async Task AFailedPromptResumesFromItsFinishedNodes()
    {
        await using var rig = await Rig.StartAsync();
        var failed = await rig.RunAsync(Graphs.Fail(kind: "flaky"));

        var entry = await rig.RunAsync(Graphs.Fail(kind: "flaky"));

        Assert.Equal("error", (string)failed["status"]!["status_str"]!);
        Assert.Equal(["1"], Cached(entry));
        Assert.Equal("success", (string)entry["status"]!["status_str"]!);
    }

    [Fact]
    public async Task AnOverwrittenInputExecutesAgainAndTheHashIsWrittenIntoThePrompt()
    {
        await using var rig = await Rig.StartAsync();
        await rig.UploadAsync("a.png", TestFiles.Png(1));
        await rig.RunAsync(Graphs.Load("a.png"));
        var second = await rig.RunAsync(Graphs.Load("a.png"));
        await rig.UploadAsync("a.png", TestFiles.Png(2), ("overwrite", "true"));

        var third = await rig.RunAsync(Graphs.Load("a.png"));

        Assert.Equal(["1", "2"], Cached(second));
        Assert.Empty(Cached(third));
        Assert.Equal(64, ((string)third["prompt"]![2]!["1"]!["is_changed"]![0]!).Length);
    }

    [Fact]
    public async Task AFileNumberIsTheHighestPlusOneSoADeletedNameComesBack()
    {
        await using var rig = await Rig.StartAsync();
        var output = Path.Combine(rig.Comfy.DataDirectory, "output");
        for (var color = 0; color < 3; color++)
        {
            await rig.RunAsync(Graphs.Empty(color: color));
        }

        File.Delete(Path.Combine(output, "empty_00003_.png"));
        File.Delete(Path.Combine(output, "empty_00001_.png"));
        var entry = await rig.RunAsync(Graphs.Empty(color: 7));

        Assert.Equal("empty_00003_.png", (string)entry["outputs"]!["2"]!["images"]![0]!["filename"]!);
    }

    [Theory]
    [InlineData("""{"unload_models": true}""", 2)]
    [InlineData("""{"unload_models": true, "free_memory": true}""", 0)]
    public async Task OnlyFreeMemoryEmptiesTheCache(string body, int cached)
    {
        await using var rig = await Rig.StartAsync();
        await rig.RunAsync(Graphs.Empty());

        Assert.Equal((200, ""), await rig.PostAsync("free", body) is var answer ? (answer.Status, answer.Text) : default);
        var entry = await rig.RunAsync(Graphs.Empty());

        // The flag is taken after at most one more prompt, and before this one when the worker was idle long enough.
        var again = cached == 0 && Cached(entry).Count > 0 ? await rig.RunAsync(Graphs.Empty()) : entry;
        Assert.Equal(cached, Cached(again).Count);
        Assert.Equal(500, (await rig.PostAsync("free", "")).Status);
    }

    private static async Task<IReadOnlyList<string>> CachedAsync(Rig rig, System.Text.Json.Nodes.JsonObject graph) => Cached(await rig.RunAsync(graph));

    private static IReadOnlyList<string> Cached(System.Text.Json.Nodes.JsonNode entry) =>
        [.. entry["status"]!["messages"]!.AsArray().Single(m => (string)m![0]! == "execution_cached")![1]!["nodes"]!.AsArray().Select(n => (string)n!)];
}
