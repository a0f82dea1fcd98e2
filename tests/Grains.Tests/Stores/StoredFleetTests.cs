using System.Text;

using Continuity.Engine.Scheduling;
using Continuity.Gpu;
using Continuity.Grains.Gpu;

using Microsoft.Extensions.DependencyInjection;

using Orleans.Storage;

namespace Continuity.Grains.Tests.Stores;

/// <summary>What operators want of the fleet is read by every later version as it was written, through the serializer of the grains' storage.</summary>
public sealed class StoredFleetTests
{
    [Fact]
    public async Task AFleetIsReadAndWrittenAsInTheGoldenFile()
    {
        await using var farm = await Farm.StartAsync(gpus: 0);
        var serializer = farm.Services.GetRequiredService<IGrainStorageSerializer>();
        var golden = (await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "Stores", "Golden", "gpu-fleet-v1.json"))).Trim();
        var fleet = GpuFleet.Empty
            .Advertise(GpuOrigin.Configured, "silo-1", [Gpu("10.0.0.7:8188"), Gpu("10.0.0.8:8188")], Heard)
            .Advertise(GpuOrigin.Session, "terminal", [Gpu("127.0.0.1:8188")], Heard)
            .Add(Gpu("10.0.0.9:8188"))
            .SetMode(new GpuId("10.0.0.7:8188"), GpuMode.Draining)
            .SetMode(new GpuId("10.0.0.9:8188"), GpuMode.Paused)
            .Remove(new GpuId("10.0.0.8:8188"))
            .Durable();

        var written = Encoding.UTF8.GetString(serializer.Serialize(GpuFleetState.Of(fleet)).ToArray());
        var read = serializer.Deserialize<GpuFleetState>(new BinaryData(golden))!.ToFleet();
        var later = serializer.Deserialize<GpuFleetState>(new BinaryData(golden.Insert(golden.Length - 1, ",\"AddedLater\":7")))!.ToFleet();

        Assert.Equal(golden, written);
        Assert.True(fleet.HasSameContent(read), $"read {string.Join("; ", read.Gpus.Values)}");
        Assert.True(fleet.HasSameContent(later), $"read {string.Join("; ", later.Gpus.Values)}");
    }

    [Fact]
    public void AModeOfALaterVersionKeepsTheGpuFromWork() =>
        Assert.Equal(GpuMode.Paused, new GpuFleetState { Gpus = [new StoredGpu { Id = "a", Address = "http://a/", Mode = "Sleeping" }] }.ToFleet().Gpus["a"].Mode);

    private static bool Heard(string owner) => true;

    private static GpuRegistration Gpu(string id) => new(new GpuId(id), new Uri($"http://{id}/"), $"GPU {id}");
}
