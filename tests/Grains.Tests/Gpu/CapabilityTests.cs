using Continuity.Client;
using Continuity.Gpu;
using Continuity.Pipelines;
using Continuity.Tasks;

namespace Continuity.Grains.Tests.Gpu;

/// <summary>GPUs that have different nodes, files and memory.</summary>
public sealed class CapabilityTests
{
    private const string Unet = "flux1-krea-dev_fp8_scaled.safetensors";

    [Fact]
    public async Task ATaskGoesToTheGpuThatHasItsModelAndTheOtherIsNotEvenTried()
    {
        var bare = (await Farm.SimulateAsync(1, options => options.Models["diffusion_models"].Clear()))[0];
        var able = (await Farm.SimulateAsync(1))[0];
        await using var farm = await Farm.StartAsync(existing: [bare, able]);

        var end = await farm.RunAsync(Pipes.Of(Pipes.Keyframe("k1"), Pipes.Keyframe("k2", "b"), Pipes.Keyframe("k3", "c")));

        Assert.True(end.Summary.Status == PipelineStatus.Completed, Farm.Describe(end));
        Assert.All(end.Tasks, task => Assert.Equal(1, task.Row.Attempts));
        Assert.Equal((0, 3), (bare.Statistics.Refused, able.Statistics.Succeeded));
    }

    [Fact]
    public async Task AMissingFileIsNamedWithItsLoaderAndFolderAndIsFoundOnceItIsThere()
    {
        await using var farm = await Farm.StartAsync(simulator: options => options.Models["diffusion_models"].Remove(Unet));
        var definition = Pipes.Of(Pipes.Keyframe("k1"));

        var failed = await farm.RunAsync(definition);

        var fault = failed.Tasks[0].Row.Fault!;
        Assert.Equal(FaultClass.Missing, fault.Class);
        Assert.Contains($"its ComfyUI has no '{Unet}' for UNETLoader.unet_name; put it into models/diffusion_models, then refresh", fault.Message, StringComparison.Ordinal);
        Assert.Equal(0, farm.Gpus[0].Statistics.Refused);

        // Put there a moment ago: the old list is not believed.
        farm.Gpus[0].SetModel("diffusion_models", Unet);
        await farm.Pipeline(definition).RetryAsync(Guid.NewGuid(), null, newSeed: false);
        var end = await farm.EndOfAsync(definition);

        Assert.True(end.Summary.Status == PipelineStatus.Completed, Farm.Describe(end));
    }

    [Fact]
    public async Task ATaskGoesToTheGpuWithEnoughMemory()
    {
        var small = (await Farm.SimulateAsync(1, options => options.VramTotal = 12_622_168_064))[0];
        var large = (await Farm.SimulateAsync(1))[0];
        await using var farm = await Farm.StartAsync(existing: [small, large]);
        var definition = Pipes.Of(Pipes.Keyframe("k1"), Pipes.Keyframe("k2", "b"));
        definition = definition with { Profiles = [definition.Profiles[0] with { MinVram = 24_000_000_000 }] };

        var end = await farm.RunAsync(definition);

        Assert.True(end.Summary.Status == PipelineStatus.Completed, Farm.Describe(end));
        Assert.Equal((0, 2), (small.Statistics.Submitted.Length, large.Statistics.Succeeded));
    }

    [Fact]
    public async Task APreflightOfTheWholeDagSaysWhatNoGpuCanRunAndWhatIsThereIsFound()
    {
        await using var farm = await Farm.StartAsync(simulator: options => options.Models["diffusion_models"].Remove(Unet));
        await using var client = new ContinuityClient(farm.Grains);
        var definition = Pipes.Of(Pipes.Keyframe("k1"), Pipes.Keyframe("k2", "b"), Pipes.Video("v1", "k1"));

        var report = await client.PreflightAsync(definition);

        var problem = Assert.Single(report.Problems);
        Assert.Equal("k1, k2", string.Join(", ", problem.TaskIds));
        Assert.Contains(Unet, Assert.Single(problem.Reasons).Message, StringComparison.Ordinal);

        // A task may name another file than its profile: by an input of the profile, or by writing to the node.
        var other = Pipes.Keyframe("k3") with { };
        other = other with { Inputs = other.Inputs.Add("1:unet_name", Pipes.Text("flux1-dev.safetensors")) };
        var named = await client.PreflightAsync(Pipes.Of(other));
        Assert.True(named.IsGood, string.Join("; ", named.Problems.SelectMany(each => each.Reasons)));

        farm.Gpus[0].SetModel("diffusion_models", Unet);
        Assert.True((await client.PreflightAsync(definition)).IsGood);
        Assert.Null(await farm.Pipeline(definition).GetAsync());
    }

    [Fact]
    public async Task ThePoolAsksForCapabilitiesOnceAndGivesNothingBeforeItKnowsThem()
    {
        await using var farm = await Farm.StartAsync(gpus: 0);
        var id = new GpuId("fake");
        await farm.Pool.AddAsync(new GpuRegistration(id, new Uri("http://127.0.0.1:1/"), "fake"));
        await farm.Pool.RequestAsync(new Ticket { Id = new TicketId(new TaskKey(new PipelineId("p"), "t"), 1), ProfileId = "flux", NodeClasses = ["KSampler"] });
        var status = new GpuStatus { Id = id, Health = GpuHealth.Healthy, Capabilities = "v1", Looks = 1 };

        var first = await farm.Pool.TakeAsync(status);
        await farm.Pool.DescribeAsync(id, new GpuCapabilities { Version = "v1", NodeClasses = ["KSampler"] });
        var second = await farm.Pool.TakeAsync(status);
        var changed = await farm.Pool.TakeAsync(status with { Capabilities = "v2", Looks = 2 });

        Assert.Equal((null, true), (first.Ticket, first.WantsCapabilities));
        Assert.Equal(("t", false), (second.Ticket?.Id.Task.TaskId, second.WantsCapabilities));
        Assert.True(changed.WantsCapabilities);
    }
}
