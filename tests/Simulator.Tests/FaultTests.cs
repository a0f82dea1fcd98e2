using System.Text.Json.Nodes;
using Continuity.Simulator.Tests.Support;

namespace Continuity.Simulator.Tests;

public sealed class FaultTests
{
    [Fact]
    public async Task ANodeClassFailsAsOftenAsTold()
    {
        await using var rig = await Rig.StartAsync();
        rig.Comfy.Faults.FailNodes["KSampler"] = 1;

        Assert.Equal("error", await StatusAsync(rig, Graphs.TextToImage()));
        Assert.Equal("success", await StatusAsync(rig, Graphs.TextToImage()));
    }

    [Fact]
    public async Task OutOfMemoryOnANodeClassUnloadsTheModels()
    {
        await using var rig = await Rig.StartAsync();
        rig.Comfy.Faults.OutOfMemoryNodes["KSampler"] = 1;

        Assert.Equal("error", await StatusAsync(rig, Graphs.TextToImage()));

        var device = (await rig.JsonAsync("system_stats"))["devices"]![0]!;
        Assert.Equal((long)device["vram_total"]!, (long)device["vram_free"]!);
        Assert.Equal("cuda:0 NVIDIA GeForce RTX 4090 : cudaMallocAsync", (string)device["name"]!);
    }

    [Fact]
    public async Task ModelsStayUntilAnotherNeedsTheRoom()
    {
        await using var rig = await Rig.StartAsync(o => o.VramTotal = 8L << 30);

        await rig.RunAsync(Graphs.TextToImage(checkpoint: "sd_xl_base_1.0.safetensors"));
        await rig.RunAsync(Graphs.TextToImage(checkpoint: "sd_xl_base_1.0.safetensors", steps: 4));
        Assert.Equal((1, 0), (rig.Comfy.Statistics.ModelLoads, rig.Comfy.Statistics.ModelEvictions));
        await rig.RunAsync(Graphs.TextToImage(checkpoint: "v1-5-pruned-emaonly.safetensors"));

        Assert.Equal((2, 1), (rig.Comfy.Statistics.ModelLoads, rig.Comfy.Statistics.ModelEvictions));
        Assert.Equal(4L << 30, (long)(await rig.JsonAsync("system_stats"))["devices"]![0]!["vram_free"]!);
    }

    [Fact]
    public async Task ModelsThatDoNotFitTogetherRunOutOfMemoryWhenTold()
    {
        await using var rig = await Rig.StartAsync(o => o.VramTotal = 8L << 30);
        rig.Comfy.Faults.OutOfMemoryWhenModelsExceedVram = true;

        Assert.Equal("success", await StatusAsync(rig, Graphs.TextToImage()));
        Assert.Equal("error", await StatusAsync(rig, Graphs.TextToImage(checkpoint: "dreamshaper_8.safetensors")));
    }

    [Fact]
    public async Task HttpErrorsHitTheNextCallsOfAPathOnly()
    {
        await using var rig = await Rig.StartAsync();
        rig.Comfy.Faults.HttpErrors["/queue"] = 2;

        Assert.Equal(500, (await rig.GetAsync("queue")).Status);
        Assert.Equal(500, (await rig.GetAsync("api/queue")).Status);
        Assert.Equal(200, (await rig.GetAsync("queue")).Status);
    }

    [Fact]
    public async Task SuccessWithoutFilesReportsNone()
    {
        await using var rig = await Rig.StartAsync();
        rig.Comfy.Faults.EmptyOutputNodes["SaveImage"] = 1;

        var entry = await rig.RunAsync(Graphs.Empty());

        Assert.Equal(("success", "{}"), ((string)entry["status"]!["status_str"]!, entry["outputs"]!.ToJsonString()));
    }

    [Fact]
    public async Task SocketsDropAfterEveryNMessages()
    {
        await using var rig = await Rig.StartAsync();
        rig.Comfy.Faults.DropSocketsEvery = 5;
        var socket = await rig.ConnectAsync("a");

        await rig.RunAsync(Graphs.Empty(), "a");

        await socket.ClosedAsync();
    }

    [Fact]
    public async Task ACrashInsideANodeTakesTheServerDown()
    {
        await using var rig = await Rig.StartAsync();
        var socket = await rig.ConnectAsync("a");
        await rig.SubmitAsync(Graphs.Through(Graphs.Node("TestCrash", ("image", Graphs.Link("1")))), "a", "p");

        await socket.ClosedAsync();
        await rig.UntilAsync(() => Task.FromResult(!rig.Comfy.IsRunning), () => Task.FromResult("still running"));
        await rig.Comfy.RestartAsync();

        Assert.Equal("{}", (await rig.GetAsync("history/p")).Text);
        Assert.Equal(1, rig.Comfy.Statistics.ExecutionsOf("p"));
        Assert.Equal(1, rig.Comfy.Statistics.Crashes);
    }

    [Fact]
    public async Task AZombieOnDemandRunsForEver()
    {
        await using var rig = await Rig.StartAsync();
        rig.Comfy.Faults.ZombieWorkers = 1;
        await rig.SubmitAsync(Graphs.Empty(), promptId: "p");
        await rig.RunningAsync("p");

        await rig.PostAsync("interrupt", "{}");

        Assert.Equal("p", (string)(await rig.JsonAsync("queue"))["queue_running"]![0]![1]!);
    }

    [Fact]
    public async Task FaultsCanBeSetOverHttpAndUnknownOnesAreRefused()
    {
        await using var rig = await Rig.StartAsync();

        Assert.Equal(200, (await rig.PostAsync("_sim/faults", """{"fail_nodes": {"SaveImage": -1}, "hang": ["X"], "fail_rate": 0}""")).Status);
        Assert.Equal(400, (await rig.PostAsync("_sim/faults", """{"nonsense": 1}""")).Status);
        Assert.Equal("error", await StatusAsync(rig, Graphs.Empty()));
        await rig.PostAsync("_sim/faults", """{"clear": true}""");
        Assert.Equal("success", await StatusAsync(rig, Graphs.Empty()));
        var stats = await rig.JsonAsync("_sim/stats");
        Assert.Equal((2, 1, 1), (stats["submitted"]!.AsArray().Count, (int)stats["failed"]!, (int)stats["succeeded"]!));
    }

    private static async Task<string> StatusAsync(Rig rig, JsonObject graph) => (string)(await rig.RunAsync(graph))["status"]!["status_str"]!;
}
