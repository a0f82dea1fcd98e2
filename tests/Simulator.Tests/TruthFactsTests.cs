using System.Text.Json.Nodes;
using Continuity.Simulator.Tests.Support;

namespace Continuity.Simulator.Tests;

public sealed class TruthFactsTests
{
    [Fact]
    public async Task HistoryIsEmptyAlikeForUnknownRunningAndPending()
    {
        await using var rig = await Rig.StartAsync();
        await rig.SubmitAsync(Graphs.Sleep(), promptId: "runs");
        await rig.SubmitAsync(Graphs.Sleep(), promptId: "waits");
        await rig.RunningAsync("runs");

        foreach (var id in (string[])["runs", "waits", "unknown"])
        {
            var answer = await rig.GetAsync($"history/{id}");
            Assert.Equal((200, "{}"), (answer.Status, answer.Text));
        }
    }

    [Fact]
    public async Task MessagesOfASuccessComeInTheRecordedOrderAndShape()
    {
        await using var rig = await Rig.StartAsync();
        var socket = await rig.ConnectAsync("client-A");
        await rig.SubmitAsync(Graphs.Empty(), "client-A", "p");

        var messages = await socket.UntilEndAsync();

        string[] types =
        [
            "status", "status", "status", "execution_start", "execution_cached", "progress_state", "executing", "progress_state", "progress_state",
            "executing", "executed", "progress_state", "execution_success", "status", "executing",
        ];
        Assert.Equal(types, messages.Select(m => m.Type));
        Assert.Equal("""{"type": "status", "data": {"status": {"exec_info": {"queue_remaining": 0}}, "sid": "client-A"}}""", messages[0].Raw);
        Assert.Equal("""{"type": "status", "data": {"status": {"exec_info": {"queue_remaining": 1}}}}""", messages[1].Raw);
        Assert.Equal(
            """{"type": "progress_state", "data": {"prompt_id": "p", "nodes": {"1": {"value": 0.0, "max": 1.0, "state": "running", "node_id": "1", "prompt_id": "p", "display_node_id": "1", "parent_node_id": null, "real_node_id": "1"}}}}""",
            messages[5].Raw);
        Assert.Equal("""{"type": "executing", "data": {"node": "1", "display_node": "1", "prompt_id": "p"}}""", messages[6].Raw);
        Assert.Equal(
            """{"type": "executed", "data": {"node": "2", "display_node": "2", "output": {"images": [{"filename": "empty_00001_.png", "subfolder": "", "type": "output"}]}, "prompt_id": "p"}}""",
            messages[10].Raw);
        Assert.Equal("""{"type": "executing", "data": {"node": null, "prompt_id": "p"}}""", messages[^1].Raw);
    }

    [Fact]
    public async Task HistoryIsWrittenBeforeExecutingNull()
    {
        await using var rig = await Rig.StartAsync();
        var socket = await rig.ConnectAsync("a");
        for (var i = 0; i < 20; i++)
        {
            var id = await rig.SubmitAsync(Graphs.Empty(color: i), "a");
            await socket.UntilEndAsync();
            Assert.NotNull((await rig.JsonAsync($"history/{id}"))[id]);
        }
    }

    [Fact]
    public async Task InterruptedHistoryDiffersFromAFailureOnlyByItsLastMessage()
    {
        await using var rig = await Rig.StartAsync();
        await rig.SubmitAsync(Graphs.Sleep(), promptId: "p");
        await rig.RunningAsync("p");

        await rig.PostAsync("interrupt", """{"prompt_id": "p"}""");
        var entry = await rig.EndOfAsync("p");

        Assert.Equal(("error", false), ((string)entry["status"]!["status_str"]!, (bool)entry["status"]!["completed"]!));
        Assert.Equal("execution_interrupted", (string)entry["status"]!["messages"]!.AsArray()[^1]![0]!);
    }

    [Fact]
    public async Task OutputsOfAFailedPromptHoldWhatGotDone()
    {
        await using var rig = await Rig.StartAsync();
        var graph = Graphs.Fail("late");
        graph["4"] = Graphs.Image(5);
        graph["5"] = Graphs.Save("4", "done");

        var entry = await rig.RunAsync(graph);

        Assert.Equal("error", (string)entry["status"]!["status_str"]!);
        Assert.Equal("done_00001_.png", (string)entry["outputs"]!["5"]!["images"]![0]!["filename"]!);
    }

    [Fact]
    public async Task ABlockedPromptSendsAnErrorThenSucceedsWithoutOutputs()
    {
        await using var rig = await Rig.StartAsync();
        var socket = await rig.ConnectAsync("a");
        var middle = Graphs.Node("TestBlock", ("image", Graphs.Link("1")), ("message", "blocked by the test"));
        await rig.SubmitAsync(Graphs.Through(middle), "a", "p");

        var messages = await socket.UntilEndAsync();
        var entry = await rig.EndOfAsync("p");

        var error = Assert.Single(messages, m => m.Type == "execution_error");
        Assert.Null(error.Data["timestamp"]);
        Assert.Equal("ExecutionBlocked", (string)error.Data["exception_type"]!);
        Assert.Equal("Execution Blocked: blocked by the test", (string)error.Data["exception_message"]!);
        Assert.Equal("success", (string)entry["status"]!["status_str"]!);
        Assert.Equal("{}", entry["outputs"]!.ToJsonString());
        Assert.DoesNotContain(entry["status"]!["messages"]!.AsArray(), m => (string)m![0]! == "execution_error");
    }

    [Fact]
    public async Task ARestartLosesQueueHistoryTempAndNumberButKeepsFiles()
    {
        await using var rig = await Rig.StartAsync();
        var socket = await rig.ConnectAsync("a");
        await rig.RunAsync(Graphs.Empty("kept"), promptId: "ended");
        await rig.SubmitAsync(Graphs.Sleep(), promptId: "runs");
        await rig.RunningAsync("runs");
        await File.WriteAllTextAsync(Path.Combine(rig.Comfy.DataDirectory, "temp", "t.png"), "x");

        await rig.Comfy.CrashAsync();
        await socket.ClosedAsync();
        await Assert.ThrowsAsync<HttpRequestException>(() => rig.GetAsync("queue"));
        await rig.Comfy.RestartAsync();

        Assert.NotNull(socket.Failure); // no close frame came
        Assert.Equal("""{"queue_running": [], "queue_pending": []}""", (await rig.GetAsync("queue")).Text);
        Assert.Equal("{}", (await rig.GetAsync("history/ended")).Text);
        Assert.Equal(404, (await rig.GetAsync("view?filename=t.png&type=temp")).Status);
        Assert.Equal(200, (await rig.GetAsync("view?filename=kept_00001_.png")).Status);
        Assert.Equal(0, (int)(await rig.PostPromptAsync(Graphs.Empty())).Json["number"]!);
    }

    [Fact]
    public async Task HistoryKeepsTheNewestEntriesUpToItsCap()
    {
        await using var rig = await Rig.StartAsync(o => o.HistoryCap = 3);
        for (var i = 0; i < 5; i++)
        {
            await rig.RunAsync(Graphs.Empty(), promptId: $"p{i}");
        }

        Assert.Equal(["p2", "p3", "p4"], Keys(await rig.JsonAsync("history")));
        Assert.Equal(["p3", "p4"], Keys(await rig.JsonAsync("history?max_items=2")));
        Assert.Equal(["p2", "p3"], Keys(await rig.JsonAsync("history?max_items=2&offset=0")));
        Assert.Equal(500, (await rig.GetAsync("history?max_items=x")).Status);
    }

    [Fact]
    public async Task ADeletedPendingPromptLeavesOnlyAStatusMessage()
    {
        await using var rig = await Rig.StartAsync();
        await rig.SubmitAsync(Graphs.Sleep(), promptId: "runs");
        await rig.RunningAsync("runs");
        await rig.SubmitAsync(Graphs.Empty(), "a", "waits");
        var socket = await rig.ConnectAsync("a");

        await rig.PostAsync("queue", """{"delete": ["waits"]}""");
        var messages = await socket.UntilAsync(m => m.Type == "status" && m.Data["sid"] is null, "a status");

        Assert.Equal("""{"type": "status", "data": {"status": {"exec_info": {"queue_remaining": 1}}}}""", messages[^1].Raw);
        Assert.Equal("{}", (await rig.GetAsync("history/waits")).Text);
    }

    [Fact]
    public async Task AnUnneededNodeWithoutInputsMakesAZombie()
    {
        await using var rig = await Rig.StartAsync();
        var socket = await rig.ConnectAsync("a");
        var graph = Graphs.Empty();
        graph["9"] = new JsonObject { ["class_type"] = "EmptyImage" };

        await rig.SubmitAsync(graph, "a", "killer");
        await socket.UntilTypeAsync("execution_start");
        await rig.SubmitAsync(Graphs.Empty(), "a", "later");
        await rig.PostAsync("interrupt", """{"prompt_id": "killer"}""");

        var queue = await rig.JsonAsync("queue");
        Assert.Equal("killer", (string)queue["queue_running"]![0]![1]!);
        Assert.Equal("later", (string)queue["queue_pending"]![0]![1]!);
        Assert.Equal(200, (await rig.GetAsync("system_stats")).Status);
        await rig.Comfy.RestartAsync();
        await rig.RunAsync(Graphs.Empty());
    }

    private static IEnumerable<string> Keys(JsonNode node) => node.AsObject().Select(p => p.Key);
}
