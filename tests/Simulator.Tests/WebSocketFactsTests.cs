using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using Continuity.Simulator.Tests.Support;

namespace Continuity.Simulator.Tests;

public sealed class WebSocketFactsTests
{
    private const string PreviewFlags = """{"type":"feature_flags","data":{"supports_preview_metadata":true}}""";

    [Fact]
    public async Task WithoutAClientIdTheServerMakesOne()
    {
        await using var rig = await Rig.StartAsync();
        var socket = await rig.ConnectAsync(clientId: null);

        var status = (await socket.UntilTypeAsync("status"))[^1];

        Assert.Matches("^[0-9a-f]{32}$", (string)status.Data["sid"]!);
    }

    [Fact]
    public async Task TheLogOfMessagesTellsWhenEachWasSent()
    {
        var folder = Directory.CreateTempSubdirectory("continuity-messages-");
        var path = Path.Combine(folder.FullName, "messages.txt");
        var before = Stopwatch.GetTimestamp();
        IReadOnlyList<Message> seen;
        await using (var rig = await Rig.StartAsync(options => options.MessageLogPath = path))
        {
            var socket = await rig.ConnectAsync("a");
            await socket.UntilTypeAsync("status");
            await rig.SubmitAsync(Graphs.Sleep(0, 2), "a");
            seen = await socket.UntilEndAsync();
        }

        var lines = (await File.ReadAllLinesAsync(path)).Select(line => line.Split(' ', 2)).ToList();
        folder.Delete(recursive: true);
        Assert.Equal(seen.Select(message => message.Raw), lines.Take(seen.Count).Select(line => line[1]));
        long[] times = [before, .. lines.Select(line => long.Parse(line[0], CultureInfo.InvariantCulture)), Stopwatch.GetTimestamp()];
        Assert.Equal(times.Order(), times);
    }

    [Fact]
    public async Task OthersGetOnlyStatusOfAPromptWithAClientId()
    {
        await using var rig = await Rig.StartAsync();
        var other = await rig.ConnectAsync("b");
        await rig.SubmitAsync(Graphs.Empty(), "gone");

        var messages = await other.UntilIdleAsync();

        Assert.All(messages, m => Assert.Equal("status", m.Type));
        Assert.Equal(4, messages.Count);
    }

    [Fact]
    public async Task WithoutClientIdProgressAndPreviewsGoToAllAndTheRestToNone()
    {
        await using var rig = await Rig.StartAsync();
        var (a, b) = (await rig.ConnectAsync("a"), await rig.ConnectAsync("b"));
        await a.UntilTypeAsync("status");
        await b.UntilTypeAsync("status");
        await rig.SubmitAsync(Graphs.Sleep(0, 2, previews: true));

        foreach (var socket in (SocketReader[])[a, b])
        {
            string[] types =
            [
                "status", "status", "progress_state", "progress_state", "progress_state", "progress_state", "progress", "binary 1",
                "progress_state", "progress", "binary 1", "progress_state", "progress_state", "progress_state", "status",
            ];
            Assert.Equal(types, (await socket.UntilIdleAsync()).Select(m => m.Type));
        }
    }

    [Fact]
    public async Task WithoutClientIdAnInterruptIsTellingAll()
    {
        await using var rig = await Rig.StartAsync();
        var socket = await rig.ConnectAsync("b");
        await rig.SubmitAsync(Graphs.Sleep(), promptId: "p");
        await rig.RunningAsync("p");
        await rig.PostAsync("interrupt", """{"prompt_id": "p"}""");

        await socket.UntilTypeAsync("execution_interrupted");
    }

    [Fact]
    public async Task AReconnectDuringARunGetsStatusAndExecutingWithoutPromptId()
    {
        await using var rig = await Rig.StartAsync();
        var first = await rig.ConnectAsync("a");
        await rig.SubmitAsync(Graphs.Sleep(), "a", "p");
        await first.UntilAsync(m => m.Type == "executing" && (string?)m.Data["node"] == "2", "node 2");
        await first.CloseAsync();

        var second = await rig.ConnectAsync("a");
        var messages = await second.UntilTypeAsync("executing");

        Assert.Equal("""{"type": "executing", "data": {"node": "2"}}""", messages[^1].Raw);
        Assert.Equal(["status", "executing"], messages.Select(m => m.Type));
    }

    [Fact]
    public async Task WhenTheOlderOfTwoSocketsClosesTheNewerGoesDeaf()
    {
        await using var rig = await Rig.StartAsync();
        var older = await rig.ConnectAsync("a");
        await older.UntilTypeAsync("status");
        var newer = await rig.ConnectAsync("a");
        await newer.UntilTypeAsync("status");
        await rig.SubmitAsync(Graphs.Empty("one"), "a");
        Assert.Equal(14, (await newer.UntilEndAsync()).Count);

        await older.CloseAsync();
        var witness = await rig.ConnectAsync("witness");
        await rig.RunAsync(Graphs.Empty("two"), "a");
        await witness.UntilIdleAsync();
        await rig.RunAsync(Graphs.Empty("three"), "a");

        Assert.Equal(WebSocketState.Open, newer.State);
        Assert.Equal(0, newer.Unread);
    }

    [Fact]
    public async Task OneSocketThatIsNotReadStallsAllUntilItCloses()
    {
        await using var rig = await Rig.StartAsync();
        using var stuck = new ClientWebSocket();
        await stuck.ConnectAsync(new Uri($"ws://127.0.0.1:{rig.Comfy.BaseAddress.Port}/ws?clientId=stuck"), CancellationToken.None);
        var other = await rig.ConnectAsync("b");
        await other.UntilTypeAsync("status");

        // A graph of many nodes: progress_state grows with each, far beyond what TCP buffers take.
        var graph = new JsonObject { ["0"] = Graphs.Image() };
        for (var i = 1; i < 300; i++)
        {
            graph[$"{i}"] = Graphs.Node("ImageInvert", ("image", Graphs.Link($"{i - 1}")));
        }

        graph["save"] = Graphs.Save("299", "deep");
        await rig.RunAsync(graph, "stuck");
        await rig.RunAsync(Graphs.Empty(), "b");
        Assert.True(other.Unread <= 2, "the other client got messages past the stuck one");

        stuck.Abort();
        Assert.Contains(await other.UntilEndAsync(), m => m.Type == "execution_success");
    }

    [Fact]
    public async Task FeatureFlagsAsFirstMessageBringPreviewsWithMetadataBeforeTheirProgress()
    {
        await using var rig = await Rig.StartAsync();
        var socket = await rig.ConnectAsync("a", PreviewFlags);
        var flags = (await socket.UntilTypeAsync("feature_flags"))[^1];
        await rig.SubmitAsync(Graphs.Sleep(0, 1, previews: true), "a", "p");

        var messages = (await socket.UntilEndAsync()).ToList();

        Assert.Equal("""{"type": "feature_flags", "data": {"supports_preview_metadata": true, "max_upload_size": 104857600}}""", flags.Raw);
        var at = messages.FindIndex(m => m.Type == "binary 4");
        Assert.Equal("progress", messages[at + 1].Type);
        var frame = messages[at].Binary!;
        var length = BinaryPrimitives.ReadInt32BigEndian(frame.AsSpan(4));
        Assert.Equal(
            """{"node_id": "2", "prompt_id": "p", "display_node_id": "2", "parent_node_id": null, "real_node_id": "2", "image_type": "image/jpeg"}""",
            Encoding.UTF8.GetString(frame, 8, length));
        Assert.Equal([0xff, 0xd8], frame.AsSpan(8 + length, 2).ToArray());
    }

    [Fact]
    public async Task PlainPreviewsFollowTheirProgressInBigEndian()
    {
        await using var rig = await Rig.StartAsync();
        var socket = await rig.ConnectAsync("a");
        await rig.SubmitAsync(Graphs.Sleep(0, 1, previews: true), "a");

        var messages = (await socket.UntilEndAsync()).ToList();

        var at = messages.FindIndex(m => m.Type == "binary 1");
        Assert.Equal("""{"value":1,"max":1""", messages[at - 1].Data.ToJsonString()[..18]);
        Assert.Equal([0, 0, 0, 1, 0, 0, 0, 1, 0xff, 0xd8], messages[at].Binary!.AsSpan(0, 10).ToArray());
    }

    [Fact]
    public async Task SaveImageWebsocketSendsPngFramesCountedFromZeroAndNoOutputs()
    {
        await using var rig = await Rig.StartAsync();
        var socket = await rig.ConnectAsync("a");
        await rig.SubmitAsync(new JsonObject { ["1"] = Graphs.Image(batch: 2), ["2"] = Graphs.Node("SaveImageWebsocket", ("images", Graphs.Link("1"))) }, "a", "p");

        var messages = await socket.UntilEndAsync();

        Assert.Equal([0, 1], messages.Where(m => m.Type == "progress").Select(m => (int)m.Data["value"]!));
        Assert.All(messages.Where(m => m.Binary is not null), m => Assert.Equal([0, 0, 0, 1, 0, 0, 0, 2, 0x89, 0x50], m.Binary!.AsSpan(0, 10).ToArray()));
        Assert.Equal("{}", (await rig.EndOfAsync("p"))["outputs"]!.ToJsonString());
    }

    [Fact]
    public async Task ProgressTextIsBinaryThree()
    {
        await using var rig = await Rig.StartAsync();
        var socket = await rig.ConnectAsync("a");
        var middle = Graphs.Node("TestProgressText", ("image", Graphs.Link("1")), ("text", "Status: working"));
        await rig.SubmitAsync(Graphs.Through(middle), "a");

        var frame = (await socket.UntilTypeAsync("binary 3"))[^1].Binary!;

        Assert.Equal("0000000300000001325374617475733a20776f726b696e67", Convert.ToHexStringLower(frame));
    }

    [Fact]
    public async Task AFailedNodeStaysRunningAndTheErrorHasTheRecordedShape()
    {
        await using var rig = await Rig.StartAsync();
        var socket = await rig.ConnectAsync("a");
        await rig.SubmitAsync(Graphs.Fail(), "a", "p");

        var messages = await socket.UntilEndAsync();

        var error = messages.Single(m => m.Type == "execution_error").Data;
        string[] keys =
        [
            "prompt_id", "node_id", "node_type", "executed", "exception_message", "exception_type", "traceback", "current_inputs", "current_outputs", "timestamp",
        ];
        Assert.Equal(keys, error.AsObject().Select(p => p.Key));
        Assert.Equal(("boom\n", "RuntimeError"), ((string)error["exception_message"]!, (string)error["exception_type"]!));
        Assert.Equal("""["boom"]""", error["current_inputs"]!["message"]!.ToJsonString());
        Assert.StartsWith("tensor([[", (string)error["current_inputs"]!["image"]![0]!, StringComparison.Ordinal);
        Assert.Equal("running", (string)messages.Last(m => m.Type == "progress_state").Data["nodes"]!["2"]!["state"]!);
        Assert.Equal(["execution_error", "status", "executing"], messages.TakeLast(3).Select(m => m.Type));
    }

    [Fact]
    public async Task OutOfMemoryHasItsTypeAndTips()
    {
        await using var rig = await Rig.StartAsync();

        var error = (await rig.RunAsync(Graphs.Fail("oom", "oom")))["status"]!["messages"]!.AsArray()[^1]![1]!;

        Assert.EndsWith("OutOfMemoryError", (string)error["exception_type"]!, StringComparison.Ordinal);
        Assert.Equal(
            "CUDA out of memory. Tried to allocate 20.00 GiB (test): oom\nThis error means you ran out of memory on your GPU.\n\nTIPS: If the workflow worked before you might have accidentally set the batch_size to a large number.",
            (string)error["exception_message"]!);
    }
}
