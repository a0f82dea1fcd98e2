using System.Collections.Immutable;
using System.Reflection;

using Continuity.Grains.Hosting;
using Continuity.Grains.Pipelines;
using Continuity.Grains.Stores;
using Continuity.Pipelines;

using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Continuity.Grains.Tests.Hosting;

public sealed class LookAgainTests
{
    private const int Pipelines = 20;

    private static readonly TimeSpan Afterlife = TimeSpan.FromSeconds(10);

    private static readonly SiloAddress Mine = SiloAddress.New(System.Net.IPAddress.Loopback, 1, 1);
    private static readonly SiloAddress Other = SiloAddress.New(System.Net.IPAddress.Loopback, 2, 1);
    private static readonly SiloAddress Dead = SiloAddress.New(System.Net.IPAddress.Loopback, 3, 1);

    [Fact]
    public async Task WhatADeadSiloHeldIsLookedForInAllPipelinesByEverySilo()
    {
        await using var grains = await ScriptedGrains.StartAsync((_, _) => Task.FromResult<object?>(null));
        var time = new ArmedTime();
        var silos = DispatchProxy.Create<ISiloStatusOracle, TwoSilos>();
        var options = Options.Create(new ContinuityOptions { DriveAll = true, SweepInterval = TimeSpan.FromHours(1) });
        using var sweep = new RecoverySweep(
            DispatchProxy.Create<IPipelineStore, UnfinishedPipelines>(),
            new DrivenPipelines(options),
            new SiloShare(silos),
            silos,
            grains.Grains,
            options,
            time,
            NullLogger<RecoverySweep>.Instance);
        var share = UnfinishedPipelines.Ids.Count(new SiloShare(silos).Current());
        Assert.InRange(share, 1, Pipelines - 1);

        await sweep.StartAsync(CancellationToken.None);
        await grains.UntilAsync(nameof(IPipelineGrain.WakeAsync), share);
        sweep.SiloStatusChangeNotification(Dead, SiloStatus.Dead);
        await grains.UntilAsync(nameof(IPipelineGrain.LookAgainAsync), Pipelines);

        // It may have lived on for a moment, and taken more.
        while (await time.ArmedAsync() != Afterlife)
        {
        }

        time.Advance(Afterlife);
        await grains.UntilAsync(nameof(IPipelineGrain.LookAgainAsync), 2 * Pipelines);
        await sweep.StopAsync(CancellationToken.None);

        Assert.Equal(share, grains.Count(nameof(IPipelineGrain.WakeAsync)));
        Assert.Equal(2 * Pipelines, grains.Count(nameof(IPipelineGrain.LookAgainAsync)));
    }

    /// <summary>A membership of two.</summary>
    public class TwoSilos : DispatchProxy
    {
        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => targetMethod!.Name switch
        {
            "get_SiloAddress" => Mine,
            nameof(ISiloStatusOracle.GetApproximateSiloStatuses) => new Dictionary<SiloAddress, SiloStatus> { [Mine] = SiloStatus.Active, [Other] = SiloStatus.Active },
            _ => true,
        };
    }

    /// <summary>A store in which pipelines stand at no end.</summary>
    public class UnfinishedPipelines : DispatchProxy
    {
        internal static readonly ImmutableArray<PipelineId> Ids = [.. Enumerable.Range(0, Pipelines).Select(i => new PipelineId($"p{i}"))];

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => targetMethod!.Name == nameof(IPipelineStore.ListUnfinishedAsync)
            ? Task.FromResult(Ids)
            : throw new NotSupportedException(targetMethod.Name);
    }
}
