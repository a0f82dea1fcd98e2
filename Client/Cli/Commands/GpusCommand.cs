using System.CommandLine;

using Continuity.Cli.Hosting;
using Continuity.Cli.Output;
using Continuity.Gpu;

namespace Continuity.Cli.Commands;

/// <summary><c>continuity gpus</c>: the fleet, and what an operator does to it.</summary>
internal static class GpusCommand
{
    // A farm that this very command has started has not looked at its GPUs yet.
    private static readonly TimeSpan FirstLook = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    public static Command Create(Globals globals)
    {
        var command = new Command("gpus", "List the GPUs: how they are and what they do; add, remove, pause, resume and drain them")
        {
            GpuAddCommand.Create(globals),
            GpuModeCommands.Remove(globals),
            GpuModeCommands.Pause(globals),
            GpuModeCommands.Resume(globals),
            GpuModeCommands.Drain(globals),
        };
        command.SetAction((parse, stop) => globals.RunAsync(parse, async invocation =>
        {
            await using var session = await ExistingFarm.OpenAsync(invocation, stop);
            var started = invocation.TimeProvider.GetTimestamp();
            var gpus = await session.Client.GetGpusAsync(stop);
            while (session.IsOwner && gpus.Any(gpu => gpu.Status.Health == GpuHealth.Unknown) && invocation.TimeProvider.GetElapsedTime(started) < FirstLook)
            {
                await Task.Delay(Pause, invocation.TimeProvider, stop);
                gpus = await session.Client.GetGpusAsync(stop);
            }

            if (invocation.Json)
            {
                GpuTable.WriteJson(invocation.Terminal, gpus);
            }
            else
            {
                GpuTable.Write(invocation.Terminal, gpus, invocation.Cluster is not null);
            }

            return ExitCodes.Completed;
        }));
        return command;
    }
}

/// <summary>The argument that names a GPU: by its id, its name or its address.</summary>
internal static class GpuArgument
{
    public static Argument<string> Create() => new("GPU") { Description = "The GPU's id, name or address, as 'continuity gpus' shows it" };

    /// <summary>Finds the GPU that is meant. One that is not there is left to the farm, which knows those that were removed.</summary>
    /// <exception cref="UsageException">Several have that name.</exception>
    public static async Task<GpuId> FindAsync(FarmSession session, string text, CancellationToken stop)
    {
        var gpus = await session.Client.GetGpusAsync(stop);
        var address = Addresses.TryParse(text);
        var named = gpus.Where(gpu => gpu.Registration.Name == text).Select(gpu => gpu.Registration.Id).ToList();
        return gpus.Select(gpu => gpu.Registration.Id).Where(id => id.Value == text || (address is not null && id == GpuId.FromAddress(address))).ToList() switch
        {
            [var exact, ..] => exact,
            _ when named.Count == 1 => named[0],
            _ when named.Count > 1 => throw new UsageException($"{named.Count} GPUs are named '{text}': {string.Join(", ", named)}. Name one by its id."),
            _ => text.Contains("://", StringComparison.Ordinal) && address is not null ? GpuId.FromAddress(address) : new GpuId(text),
        };
    }
}
