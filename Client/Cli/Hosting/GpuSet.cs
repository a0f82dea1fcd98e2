using System.Collections.Immutable;

using Continuity.ComfyUI.Client;
using Continuity.Gpu;

namespace Continuity.Cli.Hosting;

/// <summary>The GPUs that a command brings: named ones, simulated ones that live as long as the command, or, where the farm has none, those found on this machine.</summary>
internal sealed class GpuSet : IAsyncDisposable
{
    private readonly SimulatedGpus? _simulated;

    private GpuSet(ImmutableArray<GpuRegistration> gpus, SimulatedGpus? simulated)
    {
        Gpus = gpus;
        _simulated = simulated;
    }

    public ImmutableArray<GpuRegistration> Gpus { get; private set; }

    /// <summary>Gets the GPUs ready that were named, and says what was found where nothing was.</summary>
    /// <exception cref="UsageException">Nothing was named and nothing found.</exception>
    public static async Task<GpuSet> PrepareAsync(Invocation invocation, GpuChoice choice, CancellationToken cancellationToken)
    {
        var set = await PrepareNamedAsync(invocation, choice, cancellationToken);
        if (choice.IsEmpty && invocation.Cluster is null)
        {
            await set.DiscoverAsync(invocation, cancellationToken);
        }

        return set;
    }

    /// <summary>Gets the GPUs ready that were named; none when none were.</summary>
    /// <exception cref="UsageException">Some were named, but a cluster has its own.</exception>
    public static async Task<GpuSet> PrepareNamedAsync(Invocation invocation, GpuChoice choice, CancellationToken cancellationToken)
    {
        if (invocation.Cluster is not null && !choice.IsEmpty)
        {
            throw new UsageException("The GPUs of a cluster are those of its silos, and those added with 'continuity gpus add'; leave out --gpu and --simulate.");
        }

        await CheckNamedAsync(invocation, choice.Addresses, cancellationToken);
        var simulated = choice.Simulate > 0 ? await SimulatedGpus.StartAsync(invocation.Data, choice.Simulate, cancellationToken) : null;
        return new GpuSet([.. choice.Addresses.Select(GpuDiscovery.Registration), .. simulated?.Gpus ?? []], simulated);
    }

    /// <summary>Looks for GPUs on this machine, and says what was found.</summary>
    /// <exception cref="UsageException">Nothing was found.</exception>
    public async Task DiscoverAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        await using var probe = new ComfyProbe();
        var found = await GpuDiscovery.FindAsync(GpuDiscovery.UsualAddresses, probe.TryGetStatsAsync, cancellationToken);
        if (found.IsEmpty)
        {
            throw new UsageException(
                $"No ComfyUI answers on 127.0.0.1, ports {string.Join(", ", GpuDiscovery.UsualPorts)}. "
                + "Start ComfyUI, name one with --gpu http://HOST:PORT, or try without a GPU: --simulate 2.");
        }

        foreach (var gpu in found)
        {
            invocation.Terminal.Note($"Found ComfyUI {gpu.Stats.Version} at {gpu.Registration.Address} ({gpu.Device})");
        }

        Gpus = [.. Gpus, .. found.Select(gpu => gpu.Registration)];
    }

    public ValueTask DisposeAsync() => _simulated?.DisposeAsync() ?? ValueTask.CompletedTask;

    // A wrong address would only make the pipeline wait. One that does not answer may do so later, so that is no error.
    private static async Task CheckNamedAsync(Invocation invocation, ImmutableArray<Uri> addresses, CancellationToken cancellationToken)
    {
        await using var probe = new ComfyProbe();
        var problems = await Task.WhenAll(addresses.Select(address => probe.ProblemAsync(address, cancellationToken)));
        foreach (var problem in problems)
        {
            switch (problem)
            {
                case ComfyUnreachableException:
                    invocation.Terminal.Note($"warning: {problem.Message} It is used as soon as it answers.");
                    break;
                case not null:
                    throw new UsageException(problem.Message);
            }
        }
    }
}

/// <summary>The GPUs that a command line asks for.</summary>
/// <param name="Addresses">Named ComfyUI instances.</param>
/// <param name="Simulate">How many simulated ones.</param>
internal sealed record GpuChoice(ImmutableArray<Uri> Addresses, int Simulate)
{
    public static GpuChoice None { get; } = new([], 0);

    public bool IsEmpty => Addresses.IsEmpty && Simulate == 0;

    /// <summary>The options that ask for the same GPUs again, each with a space before it.</summary>
    public override string ToString() =>
        string.Concat(Addresses.Select(address => $" --gpu {Output.CommandText.Quote(address.ToString())}")) + (Simulate > 0 ? $" --simulate {Simulate}" : "");
}
