using Continuity.Simulator.Tests.Support;

namespace Continuity.Simulator.Tests;

public sealed class InterruptFactsTests
{
    [Theory]
    [InlineData("""{"prompt_id": "other"}""", true)]
    [InlineData("""{"prompt_id": "p"}""", false)]
    [InlineData("""{"prompt_id": null}""", false)]
    [InlineData("""{"prompt_id": ""}""", false)]
    [InlineData("{}", false)]
    [InlineData("", false)]
    [InlineData("{nope", false)]
    public async Task AnIdStopsOnlyItsPromptAndNoIdStopsWhateverRuns(string body, bool survives)
    {
        await using var rig = await Rig.StartAsync();
        await rig.SubmitAsync(Graphs.Sleep(), promptId: "p");
        await rig.RunningAsync("p");

        var answer = await rig.PostAsync("interrupt", body);

        Assert.Equal((200, ""), (answer.Status, answer.Text));
        if (survives)
        {
            Assert.Contains("\"p\"", (await rig.GetAsync("queue")).Text, StringComparison.Ordinal);
            return;
        }

        Assert.Equal("error", (string)(await rig.EndOfAsync("p"))["status"]!["status_str"]!);
    }

    [Fact]
    public async Task AListIs500()
    {
        await using var rig = await Rig.StartAsync();

        Assert.Equal(500, (await rig.PostAsync("interrupt", "[]")).Status);
    }

    [Fact]
    public async Task TheMessageNamesTheNodeAndHasATimestamp()
    {
        await using var rig = await Rig.StartAsync();
        var socket = await rig.ConnectAsync("a");
        await rig.SubmitAsync(Graphs.Sleep(), "a", "p");
        await socket.UntilAsync(m => m.Type == "executing" && (string?)m.Data["node"] == "2", "node 2");

        await rig.PostAsync("interrupt", """{"prompt_id": "p"}""");
        var messages = await socket.UntilEndAsync();

        Assert.Equal(["execution_interrupted", "status", "executing"], messages.SkipWhile(m => m.Type != "execution_interrupted").Select(m => m.Type));
        var data = messages.First(m => m.Type == "execution_interrupted").Data;
        Assert.Equal(["prompt_id", "node_id", "node_type", "executed", "timestamp"], data.AsObject().Select(p => p.Key));
        Assert.Equal(("2", "TestSleep", """["1"]"""), ((string)data["node_id"]!, (string)data["node_type"]!, data["executed"]!.ToJsonString()));
    }

    [Fact]
    public async Task ANodeThatDoesNotLookEndsFirstAndTheNextOneIsInterrupted()
    {
        await using var rig = await Rig.StartAsync();
        rig.Comfy.Faults.HangAt("TestSleepHard");
        await rig.SubmitAsync(Graphs.Through(HardSleep()), promptId: "p");
        await rig.RunningAsync("p");
        await HardSleepReachedAsync(rig);

        await rig.PostAsync("interrupt", """{"prompt_id": "p"}""");
        Assert.Contains("\"p\"", (await rig.GetAsync("queue")).Text, StringComparison.Ordinal);
        rig.Comfy.Faults.Release("TestSleepHard");

        var last = (await rig.EndOfAsync("p"))["status"]!["messages"]!.AsArray()[^1]!;
        Assert.Equal(("execution_interrupted", "3"), ((string)last[0]!, (string)last[1]!["node_id"]!));
    }

    [Fact]
    public async Task TheLastNodeWhenItDoesNotLookLetsThePromptSucceedAndTheFlagGoes()
    {
        await using var rig = await Rig.StartAsync();
        var socket = await rig.ConnectAsync("a");
        rig.Comfy.Faults.HangAt("SaveImage");
        await rig.SubmitAsync(Graphs.Empty(), "a", "p");
        await socket.UntilAsync(m => m.Type == "executing" && (string?)m.Data["node"] == "2", "node 2");

        await rig.UntilAsync(() => Task.FromResult(rig.Comfy.Faults.IsHanging("SaveImage")), () => Task.FromResult(rig.Comfy.Statistics.ToString()));
        await rig.PostAsync("interrupt", """{"prompt_id": "p"}""");
        rig.Comfy.Faults.Release("SaveImage");

        Assert.Equal("success", (string)(await rig.EndOfAsync("p"))["status"]!["status_str"]!);
        Assert.Equal("success", (string)(await rig.RunAsync(Graphs.Empty("next")))["status"]!["status_str"]!);
    }

    [Fact]
    public async Task APendingPromptIsNotInterruptedAndARunningOneNotDeleted()
    {
        await using var rig = await Rig.StartAsync();
        await rig.SubmitAsync(Graphs.Sleep(), promptId: "runs");
        await rig.RunningAsync("runs");
        await rig.SubmitAsync(Graphs.Empty(), promptId: "waits");

        await rig.PostAsync("interrupt", """{"prompt_id": "waits"}""");
        Assert.Equal(200, (await rig.PostAsync("queue", """{"delete": ["runs"]}""")).Status);
        Assert.Equal("runs", (string)(await rig.JsonAsync("queue"))["queue_running"]![0]![1]!);
        await rig.PostAsync("interrupt", """{"prompt_id": "runs"}""");

        Assert.Equal("success", (string)(await rig.EndOfAsync("waits"))["status"]!["status_str"]!);
    }

    [Fact]
    public async Task AnInterruptWhileIdleDoesNotHitTheNextPrompt()
    {
        await using var rig = await Rig.StartAsync();
        await rig.PostAsync("interrupt", "");

        Assert.Equal("success", (string)(await rig.RunAsync(Graphs.Empty()))["status"]!["status_str"]!);
    }

    private static System.Text.Json.Nodes.JsonObject HardSleep() =>
        Graphs.Node("TestSleepHard", ("image", Graphs.Link("1")), ("seconds", 0.0), ("seed", 0));

    // Node 1 is done and node 2 has looked at the flag once the worker sits in the fault.
    private static Task HardSleepReachedAsync(Rig rig) => rig.UntilAsync(
        () => Task.FromResult(rig.Comfy.Faults.IsHanging("TestSleepHard")),
        () => Task.FromResult(rig.Comfy.Statistics.ToString()));
}
