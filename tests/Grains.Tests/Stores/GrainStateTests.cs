using Continuity.Grains.Gpu;

using Microsoft.Extensions.DependencyInjection;

using Orleans.Storage;

namespace Continuity.Grains.Tests.Stores;

/// <summary>What grains remember of their own, in the form that a released version wrote: as for the rows, members are only ever added.</summary>
public sealed class GrainStateTests
{
    [Fact]
    public async Task WhatIsRememberedOfAGpuIsReadAndWrittenAsInTheGoldenFile()
    {
        await using var farm = await Farm.StartAsync(gpus: 0);
        var serializer = farm.Services.GetRequiredService<IGrainStorageSerializer>();
        var golden = (await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "Stores", "Golden", "gpu-care-v1.json"))).Trim();
        var record = new GpuCareRecord { Prompts = 7 };
        record.Learn("flux-t2i", TimeSpan.FromSeconds(1.5));
        record.Learn("wan-i2v", TimeSpan.FromMinutes(2));
        record.Learn("flux-t2i", TimeSpan.FromSeconds(2));

        Assert.Equal(golden, serializer.Serialize(record).ToString());
        var read = serializer.Deserialize<GpuCareRecord>(new BinaryData(golden));
        Assert.Equal(golden, serializer.Serialize(read!).ToString());
        Assert.Equal([TimeSpan.FromSeconds(1.5), TimeSpan.FromSeconds(2)], read!.SilencesOf("flux-t2i"));
    }

    [Fact]
    public void WhatWasNotRunForLongestIsForgottenFirst()
    {
        var record = new GpuCareRecord();
        for (var i = 0; i < 100; i++)
        {
            record.Learn("always", TimeSpan.FromSeconds(i));
            record.Learn($"once-{i}", TimeSpan.Zero);
        }

        Assert.Equal(64, record.Profiles.Count);
        Assert.Equal(TimeSpan.FromSeconds(99), record.SilencesOf("always")[^1]);
        Assert.Equal(32, record.SilencesOf("always").Count);
        Assert.Empty(record.SilencesOf("once-0"));
        Assert.NotEmpty(record.SilencesOf("once-99"));
    }
}
