using Continuity.Grains.Stores;
using Continuity.Grains.Tests.Faults;
using Continuity.Pipelines;

using Microsoft.Data.Sqlite;

namespace Continuity.Grains.Tests.Hosting;

public sealed class RecoverySweepTests
{
    private const string Sweep = nameof(IPipelineStore.ListUnfinishedAsync);

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task ACancellationThatNobodyAskedForEndsNeitherTheSweepNorTheSilo()
    {
        var fault = new NthCallFault(Sweep, 2, CallFault.Refused);
        await using var farm = await Farm.StartAsync(silo: host => NthCallRun.AtPipelineStore(host, fault, () => new OperationCanceledException("The test gave the message up on its way.")));

        using var limit = new CancellationTokenSource(Patience);
        while (fault.Calls.GetValueOrDefault(Sweep) < 4)
        {
            Assert.False(limit.IsCancellationRequested, $"{fault.Calls.GetValueOrDefault(Sweep)} sweeps after {Patience}, the fault fired: {fault.Fired}.");
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
        }

        Assert.True(fault.Fired);
        var end = await farm.RunAsync(Pipes.Of(Pipes.Keyframe("k1")));
        Assert.True(end.Summary.Status == PipelineStatus.Completed, Farm.Describe(end));
    }

    [Fact]
    public async Task APipelineThatANewerVersionStoredHoldsUpNoOther()
    {
        var farm = await Farm.StartAsync();
        farm.Gpus[0].Faults.HangAt("KSampler");
        var newer = Pipes.Of(Pipes.Keyframe("k1"));
        await farm.SubmitAsync(newer);
        await farm.StopSiloAsync(kill: true);
        StoreUnknownKind(farm.Data);

        var sweeps = new NthCallFault(Sweep, int.MaxValue, CallFault.Refused);
        await using var again = await Farm.StartAsync(data: farm.Data, existing: farm.Gpus, silo: host => NthCallRun.AtPipelineStore(host, sweeps));
        var told = await Assert.ThrowsAsync<StoreException>(() => again.Pipeline(newer).GetAsync());
        Assert.Contains("cannot be read by this version", told.Message, StringComparison.Ordinal);
        Assert.False(told.MayPass);

        using var limit = new CancellationTokenSource(Patience);
        while (sweeps.Calls.GetValueOrDefault(Sweep) < 3)
        {
            Assert.False(limit.IsCancellationRequested, $"{sweeps.Calls.GetValueOrDefault(Sweep)} sweeps after {Patience}.");
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
        }

        again.Gpus[0].Faults.Release("KSampler");
        var end = await again.RunAsync(Pipes.Of(Pipes.Keyframe("k2", "another")));
        Assert.True(end.Summary.Status == PipelineStatus.Completed, Farm.Describe(end));
    }

    private static void StoreUnknownKind(string data)
    {
        using var connection = new SqliteConnection($"Data Source={Path.Combine(data, "continuity.db")};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "UPDATE definition SET json = CAST(replace(CAST(json AS TEXT), 'generate_keyframe', 'generate_hologram') AS BLOB) WHERE CAST(json AS TEXT) LIKE '%generate_keyframe%'";
        Assert.Equal(1, command.ExecuteNonQuery());
    }
}
