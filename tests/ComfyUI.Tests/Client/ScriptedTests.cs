using System.Globalization;

using Continuity.ComfyUI.Client;
using Continuity.ComfyUI.Tests.Support;
using Continuity.Tasks;

using Microsoft.Extensions.DependencyInjection;

namespace Continuity.ComfyUI.Tests.Client;

/// <summary>Answers that a healthy server never gives.</summary>
public sealed class ScriptedTests
{
    private const string EmptyQueue = """{"queue_running": [], "queue_pending": []}""";

    [Fact]
    public async Task Submit_500YetEnqueued_Accepted()
    {
        await using var server = new ScriptedServer(head =>
            head.StartsWith("POST /prompt", StringComparison.Ordinal) ? new Reply(500, "500 Internal Server Error"u8.ToArray())
            : head.StartsWith("GET /queue", StringComparison.Ordinal) ? Reply.Json("""{"queue_running": [], "queue_pending": [[60.0, "dup", {}, {}, []]]}""")
            : new Reply(404, []));
        var outcome = await UseAsync(server, client => client.SubmitAsync(new PromptSubmission("dup", Graphs.Quick()), CancellationToken.None));
        Assert.Equal(60, Assert.IsType<PromptSubmitOutcome.Accepted>(outcome).Number);
    }

    [Fact]
    public async Task Submit_ProxyAnswers502_Unknown()
    {
        await using var server = new ScriptedServer(_ => new Reply(502, []));
        var outcome = await UseAsync(server, client => client.SubmitAsync(new PromptSubmission("x", Graphs.Quick()), CancellationToken.None));
        Assert.IsType<PromptSubmitOutcome.Unknown>(outcome);
    }

    [Fact]
    public async Task Submit_ConnectionCutInsideTheAnswer_Unknown()
    {
        await using var server = new ScriptedServer(_ => new Reply(200, "{"u8.ToArray(), PromisedLength: 100));
        var outcome = await UseAsync(server, client => client.SubmitAsync(new PromptSubmission("x", Graphs.Quick()), CancellationToken.None));
        Assert.IsType<PromptSubmitOutcome.Unknown>(outcome);
    }

    [Fact]
    public async Task Submit_LaterVersionsWordsForAMissingNode_Missing()
    {
        const string Answer = """
            {"error": {"type": "missing_node_type", "message": "Node 'X' not found. The custom node may not be installed.", "details": "Node ID '#7'", "extra_info": {}}, "node_errors": {}}
            """;
        await using var server = new ScriptedServer(_ => Reply.Json(Answer, 400));
        var outcome = await UseAsync(server, client => client.SubmitAsync(new PromptSubmission("x", Graphs.Quick()), CancellationToken.None));
        var fault = Assert.IsType<PromptSubmitOutcome.Rejected>(outcome).Fault;
        Assert.Equal((FaultClass.Missing, "7"), (fault.Class, fault.NodeId));
    }

    [Fact]
    public async Task SystemStats_SomeOtherServer_ProtocolExceptionWithTheAddress()
    {
        await using var server = new ScriptedServer(_ => new Reply(200, "<html>hello</html>"u8.ToArray()));
        var failure = await Assert.ThrowsAsync<ComfyProtocolException>(() => UseAsync(server, client => client.GetSystemStatsAsync(CancellationToken.None)));
        Assert.Contains(server.Address.ToString(), failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Find_LoginWanted_ProtocolException()
    {
        await using var server = new ScriptedServer(_ => new Reply(401, []));
        await Assert.ThrowsAsync<ComfyProtocolException>(() => UseAsync(server, client => client.FindAsync("x", CancellationToken.None)));
    }

    [Fact]
    public async Task Find_AnswerBreaksOff_Unreachable()
    {
        await using var server = new ScriptedServer(_ => new Reply(200, [], PromisedLength: 5));
        await Assert.ThrowsAsync<ComfyUnreachableException>(() => UseAsync(server, client => client.FindAsync("x", CancellationToken.None)));
    }

    [Fact]
    public async Task Find_EndsBetweenQueueAndHistory_FoundEnded()
    {
        await using var server = new ScriptedServer(head => head.StartsWith("GET /queue", StringComparison.Ordinal)
            ? Reply.Json(EmptyQueue)
            : Reply.Json("""{"x": {"outputs": {"9": {"images": [{"filename": "a.png"}]}}, "status": {"status_str": "success", "completed": true, "messages": []}}}"""));
        var where = await UseAsync(server, client => client.FindAsync("x", CancellationToken.None));
        var outcome = Assert.IsType<PromptOutcome.Succeeded>(Assert.IsType<Whereabouts.Ended>(where).Outcome);
        Assert.Equal(new OutputFile("9", "a.png", "", "output"), Assert.Single(outcome.Outputs));
        Assert.Equal(["GET /queue HTTP/1.1", "GET /history/x HTTP/1.1"], server.Requests);
    }

    [Fact]
    public async Task OpenOutput_CutTwice_ResumedToTheFullLength()
    {
        var whole = Enumerable.Range(0, 1000).Select(number => (byte)number).ToArray();
        await using var server = new ScriptedServer(head =>
        {
            var range = head.Split("\r\n").FirstOrDefault(line => line.StartsWith("Range: bytes=", StringComparison.OrdinalIgnoreCase));
            var from = range is null ? 0 : int.Parse(range["Range: bytes=".Length..].TrimEnd('-'), CultureInfo.InvariantCulture);
            return new Reply(
                range is null ? 200 : 206,
                [.. whole.Skip(from).Take(400)],
                "ETag: \"e1\"\r\n" + (range is null ? "" : $"Content-Range: bytes {from}-999/1000\r\n"),
                whole.Length - from);
        });
        var read = await UseAsync(server, ReadAsync);
        Assert.Equal(whole, read);
    }

    [Fact]
    public async Task OpenOutput_AnotherFileAfterTheCut_Refused()
    {
        var etag = 0;
        await using var server = new ScriptedServer(head => new Reply(
            etag == 0 ? 200 : 206, new byte[400], $"ETag: \"e{etag++}\"\r\nContent-Range: bytes 400-999/1000\r\n", head.Contains("Range", StringComparison.Ordinal) ? 600 : 1000));
        await Assert.ThrowsAsync<ComfyProtocolException>(() => UseAsync(server, ReadAsync));
    }

    [Fact]
    public async Task OpenOutput_CutAgainAndAgain_UnreachableInTheEnd()
    {
        await using var server = new ScriptedServer(head => head.Contains("Range", StringComparison.Ordinal)
            ? new Reply(206, [], "Content-Range: bytes 1-999/1000\r\n", 999)
            : new Reply(200, new byte[1], PromisedLength: 1000));
        await Assert.ThrowsAsync<ComfyUnreachableException>(() => UseAsync(server, ReadAsync));
    }

    private static async Task<byte[]> ReadAsync(IComfyClient client)
    {
        await using var content = await client.OpenOutputAsync(new OutputFile("1", "a b.mp4", "x/y", "output"), CancellationToken.None);
        using var read = new MemoryStream();
        await content.Stream.CopyToAsync(read);
        return read.ToArray();
    }

    private static async Task<T> UseAsync<T>(ScriptedServer server, Func<IComfyClient, Task<T>> use)
    {
        await using var services = Rig.Services(options =>
        {
            options.SocketPatience = TimeSpan.FromMilliseconds(10);
            options.TransferRetries = 2;
        });
        return await use(services.GetRequiredService<IComfyConnections>().Get(server.Address)).WaitAsync(Rig.Patience);
    }
}
