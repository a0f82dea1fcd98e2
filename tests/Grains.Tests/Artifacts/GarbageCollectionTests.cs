using Continuity.Artifacts;
using Continuity.Client;
using Continuity.Pipelines;

namespace Continuity.Grains.Tests.Artifacts;

/// <summary>The garbage collection of a running farm, through the SDK.</summary>
public sealed class GarbageCollectionTests
{
    [Fact]
    public async Task WhatPipelinesName_StaysUntilTheyAreRemoved()
    {
        await using var farm = await Farm.StartAsync();
        var client = new ContinuityClient(farm.Grains, new ContinuityClientOptions());
        var definition = Pipes.Of(Pipes.Keyframe("k1"), Pipes.Video("v1", "k1"));
        var end = await farm.RunAsync(definition);
        Assert.True(end.Summary.Status == PipelineStatus.Completed, Farm.Describe(end));
        var unused = await client.UploadAsync(new MemoryStream([1, 2, 3]), "image/png");
        Age(farm);
        var outputs = end.Tasks.SelectMany(task => task.Row.Result!.Outputs).Select(output => output.Artifact).ToList();

        var dry = await client.CollectGarbageAsync(dryRun: true);
        var first = await client.CollectGarbageAsync();

        Assert.Equal((1, unused.Size), (dry.Deleted, dry.DeletedBytes));
        Assert.Equal((1, outputs.Count + 1), (first.Deleted, first.Examined));
        Assert.All(outputs, artifact => Assert.NotEmpty(farm.ReadAsync(artifact).GetAwaiter().GetResult()));

        await client.DeleteAsync(definition.Id);
        var last = await client.CollectGarbageAsync();

        Assert.Equal((outputs.Count, outputs.Sum(artifact => artifact.Size)), (last.Deleted, last.DeletedBytes));
    }

    [Fact]
    public async Task ARunThatIsAskedForTwiceIsOneRun()
    {
        await using var farm = await Farm.StartAsync(gpus: 0);
        var collector = farm.Grains.GetGrain<IArtifactCollectorGrain>(IArtifactCollectorGrain.Default);
        var operation = Guid.NewGuid();
        var age = TimeSpan.FromHours(24);

        var runs = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => collector.StartAsync(operation, dryRun: true, age)));
        var client = new ContinuityClient(farm.Grains, new ContinuityClientOptions());
        await Task.WhenAll(client.CollectGarbageAsync(), client.CollectGarbageAsync());

        Assert.Single(runs.Select(run => run.StartedAt).Distinct());
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => collector.StartAsync(Guid.NewGuid(), dryRun: true, TimeSpan.FromMinutes(59)));
    }

    private static void Age(Farm farm)
    {
        foreach (var path in Directory.GetFiles(Path.Combine(farm.Data, "artifacts"), "*", SearchOption.AllDirectories))
        {
            File.SetLastWriteTimeUtc(path, new DateTime(2001, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        }
    }
}
