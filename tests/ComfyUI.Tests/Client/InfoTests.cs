using Continuity.ComfyUI.Client;
using Continuity.ComfyUI.Tests.Support;

namespace Continuity.ComfyUI.Tests.Client;

public sealed class InfoTests
{
    [Fact]
    public async Task SystemStats_NamesTheDevice()
    {
        await using var rig = await Rig.StartAsync(options => options.GpuName = "NVIDIA GeForce RTX 3090");
        var stats = await rig.Client.GetSystemStatsAsync(CancellationToken.None);
        Assert.Equal("NVIDIA GeForce RTX 3090", stats.Devices[0].Name);
        Assert.Equal("cuda", stats.Devices[0].Type);
        Assert.NotEmpty(stats.Version);
        Assert.InRange(stats.Devices[0].VramFree, 1, stats.Devices[0].VramTotal);
    }

    [Fact]
    public async Task ObjectInfo_BothFormsOfCombos_ListTheFiles()
    {
        await using var rig = await Rig.StartAsync();
        var catalogue = await rig.Client.GetObjectInfoAsync(CancellationToken.None);
        Assert.Contains("sd_xl_base_1.0.safetensors", catalogue.AllowedValues("CheckpointLoaderSimple", "ckpt_name")!);
        Assert.Contains("4x-UltraSharp.pth", catalogue.AllowedValues("UpscaleModelLoader", "model_name")!);
        Assert.True(catalogue.Classes["SaveImage"].IsOutput);
        Assert.False(catalogue.Classes["KSampler"].IsOutput);
        Assert.True(catalogue.Classes["LoadImage"].Inputs["image"].IsUpload);
        Assert.Null(catalogue.AllowedValues("KSampler", "steps"));
        Assert.Null(catalogue.AllowedValues("NoSuchNode", "x"));
    }

    [Fact]
    public async Task Get_SameAddressInOtherWords_SameClient()
    {
        var connections = new Uri("http://127.0.0.1:1");
        await using var rig = await Rig.StartAsync();
        Assert.Same(rig.Connections.Get(connections), rig.Connections.Get(new Uri("HTTP://127.0.0.1:1/?x=1")));
        Assert.Throws<ArgumentException>(() => rig.Connections.Get(new Uri("ftp://127.0.0.1/")));
    }

    [Fact]
    public async Task Free_Memory_TheSamePromptIsExecutedAgain()
    {
        await using var rig = await Rig.StartAsync();
        var first = Assert.IsType<PromptOutcome.Succeeded>(await rig.RunAsync(Graphs.Quick()));
        await rig.Client.FreeAsync(unloadModels: true, freeMemory: true, CancellationToken.None);
        var second = Assert.IsType<PromptOutcome.Succeeded>(await rig.RunAsync(Graphs.Quick()));
        Assert.NotEqual(first.Outputs.ToArray(), second.Outputs.ToArray());
    }
}
