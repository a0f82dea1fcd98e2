using System.Text.Json.Nodes;
using Continuity.Simulator.Tests.Support;

namespace Continuity.Simulator.Tests;

public sealed class SubmitFactsTests
{
    [Fact]
    public async Task AnAcceptedPromptAnswersIdNumberAndNodeErrors()
    {
        await using var rig = await Rig.StartAsync();

        var answer = await rig.PostPromptAsync(Graphs.Empty(), promptId: "p");

        Assert.Equal("""{"prompt_id": "p", "number": 0, "node_errors": {}}""", answer.Text);
        Assert.Equal("application/json; charset=utf-8", answer.ContentType);
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("")]
    [InlineData("""{"prompt": null}""")]
    [InlineData("""{"prompt": "text"}""")]
    [InlineData("""{"prompt": {}, "number": null}""")]
    [InlineData("""{"prompt": {}, "number": "abc"}""")]
    [InlineData("""{"prompt": {}, "extra_data": null}""")]
    public async Task BrokenBodiesAre500NotClientErrors(string body)
    {
        await using var rig = await Rig.StartAsync();

        var answer = await rig.PostAsync("prompt", body);

        Assert.Equal((500, "500 Internal Server Error\n\nServer got itself in trouble"), (answer.Status, answer.Text));
        Assert.Equal("text/plain; charset=utf-8", answer.ContentType);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("{}")]
    public async Task WithoutAPromptTheErrorIsNoPrompt(string body)
    {
        await using var rig = await Rig.StartAsync();

        var answer = await rig.PostAsync("prompt", body);

        Assert.Equal(400, answer.Status);
        Assert.Equal(
            """{"error": {"type": "no_prompt", "message": "No prompt provided", "details": "No prompt provided", "extra_info": {}}, "node_errors": {}}""",
            answer.Text);
    }

    [Theory]
    [InlineData("null", "None")]
    [InlineData("12345", "12345")]
    [InlineData("\"\"", "")]
    [InlineData("""{"a": 1}""", "{'a': 1}")]
    public async Task APromptIdIsTakenAsPythonTextOfWhateverCame(string given, string id)
    {
        await using var rig = await Rig.StartAsync();

        var answer = await rig.PostPromptAsync(Graphs.Empty(), more: ("prompt_id", JsonNode.Parse(given)));

        Assert.Equal(id, (string)answer.Json["prompt_id"]!);
    }

    [Fact]
    public async Task DuplicateIdsBothRunAndHistoryKeepsTheLast()
    {
        await using var rig = await Rig.StartAsync();
        await rig.SubmitAsync(Graphs.Sleep(), promptId: "first");
        await rig.RunningAsync("first");
        for (var color = 0; color < 3; color++)
        {
            await rig.SubmitAsync(Graphs.Empty(color: color), promptId: "twin");
        }

        await rig.PostAsync("queue", """{"delete": ["twin"]}""");
        Assert.Equal([2, 3], (await rig.JsonAsync("queue"))["queue_pending"]!.AsArray().Select(i => (int)i![0]!));
        await rig.PostAsync("interrupt", """{"prompt_id": "first"}""");
        await rig.UntilAsync(async () => rig.Comfy.Statistics.ExecutionsOf("twin") == 2 && (await rig.GetAsync("queue")).Text.Length < 50, async () => (await rig.GetAsync("queue")).Text);

        Assert.Equal(3, (int)(await rig.JsonAsync("history/twin"))["twin"]!["prompt"]![0]!);
    }

    [Fact]
    public async Task EqualNumbersRunInOrderOfPromptIdAndFrontAndLowerNumbersFirst()
    {
        await using var rig = await Rig.StartAsync();
        await rig.SubmitAsync(Graphs.Sleep(), promptId: "first");
        await rig.RunningAsync("first");
        foreach (var id in (string[])["zzz", "mmm", "aaa"])
        {
            await rig.SubmitAsync(Graphs.Empty(id), promptId: id, more: ("number", 50));
        }

        await rig.SubmitAsync(Graphs.Empty("last"), promptId: "plain");
        var front = await rig.PostPromptAsync(Graphs.Empty("front"), promptId: "front", more: ("front", true));
        var low = await rig.PostPromptAsync(Graphs.Empty("low"), promptId: "low", more: ("number", -1000.5));
        Assert.Equal("""{"prompt_id": "front", "number": -2, "node_errors": {}}""", front.Text);
        Assert.Equal("""{"prompt_id": "low", "number": -1000.5, "node_errors": {}}""", low.Text);

        await rig.PostAsync("interrupt", """{"prompt_id": "first"}""");
        await rig.EndOfAsync("zzz");

        Assert.Equal(["first", "low", "front", "plain", "aaa", "mmm", "zzz"], (await rig.JsonAsync("history")).AsObject().Select(p => p.Key));
    }

    [Fact]
    public async Task TheSameNumberAndIdWhilePendingIs500YetEnqueued()
    {
        await using var rig = await Rig.StartAsync();
        await rig.SubmitAsync(Graphs.Sleep(), promptId: "first");
        await rig.RunningAsync("first");

        var one = await rig.PostPromptAsync(Graphs.Empty("x"), promptId: "dup-x", more: ("number", 60));
        var two = await rig.PostPromptAsync(Graphs.Empty("y"), promptId: "dup-x", more: ("number", 60));

        Assert.Equal("""{"prompt_id": "dup-x", "number": 60.0, "node_errors": {}}""", one.Text);
        Assert.Equal(500, two.Status);
        Assert.Equal(2, (await rig.JsonAsync("queue"))["queue_pending"]!.AsArray().Count);
    }

    [Fact]
    public async Task ExtraDataIsKeptInQueueAndHistoryWithTheClientIdAdded()
    {
        await using var rig = await Rig.StartAsync();

        var entry = await rig.RunAsync(Graphs.Empty(), "me", "p", ("extra_data", new JsonObject { ["job"] = "j-1" }));

        Assert.Equal("""{"job":"j-1","client_id":"me"}""", entry["prompt"]![3]!.ToJsonString());
        Assert.Equal("""["2"]""", entry["prompt"]![4]!.ToJsonString());
        Assert.Equal(["prompt", "outputs", "status", "meta"], entry.AsObject().Select(p => p.Key));
    }

    [Fact]
    public async Task ABodyBeyondTheLimitIs413()
    {
        await using var rig = await Rig.StartAsync(o => o.MaxUploadSize = 1000);

        var answer = await rig.PostAsync("prompt", new string(' ', 2000));

        Assert.Equal((413, "Maximum request body size 1000 exceeded, actual body size 2000"), (answer.Status, answer.Text));
    }

    [Theory]
    [InlineData("http://evil.example", 403)]
    [InlineData("http://127.0.0.1:1", 403)]
    [InlineData(null, 200)]
    public async Task AnOriginThatDoesNotMatchTheHostIsForbidden(string? origin, int status)
    {
        await using var rig = await Rig.StartAsync();
        if (origin is not null)
        {
            rig.Http.DefaultRequestHeaders.Add("Origin", origin);
        }

        Assert.Equal(status, (await rig.GetAsync("queue")).Status);
    }

    [Fact]
    public async Task EveryRouteHasItsApiTwinAndUnknownOnesAre404()
    {
        await using var rig = await Rig.StartAsync();

        foreach (var path in (string[])["prompt", "queue", "history", "system_stats", "object_info", "features", "models", "embeddings", "extensions"])
        {
            Assert.Equal((await rig.GetAsync(path)).Text, (await rig.GetAsync("api/" + path)).Text);
        }

        var missing = await rig.GetAsync("nosuch");
        Assert.Equal((404, "404: Not Found"), (missing.Status, missing.Text));
    }

    [Fact]
    public async Task ALostAnswerStillQueuesThePrompt()
    {
        await using var rig = await Rig.StartAsync();
        rig.Comfy.Faults.LostPromptAnswers = 1;

        await Assert.ThrowsAnyAsync<HttpRequestException>(() => rig.PostPromptAsync(Graphs.Empty(), promptId: "p"));

        await rig.EndOfAsync("p");
        Assert.Equal(1, rig.Comfy.Statistics.ExecutionsOf("p"));
    }
}
