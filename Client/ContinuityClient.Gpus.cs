using System.Collections.Immutable;
using System.Diagnostics;

using Continuity.Gpu;

namespace Continuity.Client;

/// <content>The fleet.</content>
public sealed partial class ContinuityClient
{
    private static readonly TimeSpan DrainPause = TimeSpan.FromMilliseconds(500);

    /// <summary>Lists the GPUs.</summary>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>One entry a GPU, in the order of their ids.</returns>
    public Task<ImmutableArray<GpuView>> GetGpusAsync(CancellationToken cancellationToken = default) =>
        _calls.RunAsync("list the GPUs", Pool.GetGpusAsync, cancellationToken);

    /// <summary>
    /// Adds a ComfyUI instance to the fleet, for good: it stays until it is removed, whatever dies in between. Repeating it changes nothing; another name replaces the name.
    /// </summary>
    /// <param name="address">The base address, such as <c>http://10.0.0.7:8188</c>, as the silos reach it.</param>
    /// <param name="name">Name for people; <see langword="null"/> for host and port.</param>
    /// <param name="cancellationToken">Ends the call; the GPU may have been added all the same.</param>
    /// <returns>What became of it, and what answers there.</returns>
    /// <exception cref="ArgumentException">The address is not an absolute http or https address.</exception>
    /// <exception cref="ConflictException">Nothing answers there, as the silos see it, or what answers is not ComfyUI. Nothing was changed.</exception>
    public async Task<(GpuCommandResult.Done Result, GpuProbeResult.Found Instance)> AddGpuAsync(
        Uri address,
        string? name = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(address);
        if (!address.IsAbsoluteUri || (address.Scheme != Uri.UriSchemeHttp && address.Scheme != Uri.UriSchemeHttps))
        {
            throw new ArgumentException($"Expected an absolute http or https address, found {address}.", nameof(address));
        }

        // Looked at from inside the cluster: that is where it has to be reached from.
        var probe = await _calls.RunAsync($"look at {address}", () => _grains.GetGrain<IGpuProbeGrain>(0).ProbeAsync(address), cancellationToken);
        var instance = probe switch
        {
            GpuProbeResult.Found found => found,
            GpuProbeResult.Unreachable unreachable => throw new ConflictException($"{unreachable.Message} Nothing was added."),
            GpuProbeResult.NotComfy other => throw new ConflictException($"{other.Message} Nothing was added."),
            _ => throw new UnreachableException(),
        };
        var id = GpuId.FromAddress(address);
        var gpu = new GpuRegistration(id, address, string.IsNullOrWhiteSpace(name) ? id.Value : name.Trim());
        return (Done(await _calls.RunAsync($"add GPU {id}", () => Pool.AddAsync(gpu), cancellationToken)), instance);
    }

    /// <summary>
    /// Removes a ComfyUI instance from the fleet until it is added again, also one that a silo's configuration names. What is staged there goes elsewhere, what runs goes on to its end.
    /// </summary>
    /// <param name="gpu">The GPU.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>What became of it.</returns>
    /// <exception cref="NotFoundException">There is no such GPU, and there was none.</exception>
    public async Task<GpuCommandResult.Done> RemoveGpuAsync(GpuId gpu, CancellationToken cancellationToken = default) =>
        Done(await _calls.RunAsync($"remove GPU {gpu}", () => Pool.RemoveAsync(gpu), cancellationToken));

    /// <summary>Gives a GPU nothing new; what is in its ComfyUI goes on to its end. Stays so, whatever dies, until it is resumed.</summary>
    /// <param name="gpu">The GPU.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>What became of it.</returns>
    /// <exception cref="NotFoundException">There is no such GPU.</exception>
    public Task<GpuCommandResult.Done> PauseGpuAsync(GpuId gpu, CancellationToken cancellationToken = default) =>
        SetModeAsync("pause", gpu, GpuMode.Paused, cancellationToken);

    /// <summary>Gives a paused or drained GPU work again.</summary>
    /// <param name="gpu">The GPU.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>What became of it.</returns>
    /// <exception cref="NotFoundException">There is no such GPU.</exception>
    public Task<GpuCommandResult.Done> ResumeGpuAsync(GpuId gpu, CancellationToken cancellationToken = default) =>
        SetModeAsync("resume", gpu, GpuMode.Active, cancellationToken);

    /// <summary>
    /// Empties a GPU: it gets nothing new, what runs there goes on to its end, what is staged behind that is taken back and goes elsewhere. Stays so, whatever dies, until it is resumed.
    /// </summary>
    /// <param name="gpu">The GPU.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>What became of it; see <see cref="WaitUntilDrainedAsync"/> for when it is empty.</returns>
    /// <exception cref="NotFoundException">There is no such GPU.</exception>
    public Task<GpuCommandResult.Done> DrainGpuAsync(GpuId gpu, CancellationToken cancellationToken = default) =>
        SetModeAsync("drain", gpu, GpuMode.Draining, cancellationToken);

    /// <summary>Waits until nothing is left on a GPU that drains.</summary>
    /// <param name="gpu">The GPU.</param>
    /// <param name="progress">Gets the GPU each time it was looked at.</param>
    /// <param name="cancellationToken">Ends the wait, not the draining.</param>
    /// <returns>When it is empty.</returns>
    /// <exception cref="NotFoundException">There is no such GPU (any more).</exception>
    /// <exception cref="ConflictException">It does not drain (any more).</exception>
    public async Task WaitUntilDrainedAsync(GpuId gpu, IProgress<GpuView>? progress = null, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            var view = (await GetGpusAsync(cancellationToken)).FirstOrDefault(view => view.Registration.Id == gpu) ?? throw new NotFoundException($"There is no GPU {gpu} any more.");
            if (view.Mode != GpuMode.Draining)
            {
                throw new ConflictException($"GPU {gpu} does not drain any more: somebody resumed or paused it.");
            }

            progress?.Report(view);
            if (view.IsDrained)
            {
                return;
            }

            await Task.Delay(DrainPause, _options.TimeProvider, cancellationToken);
        }
    }

    /// <summary>
    /// Tells the GPUs that this session brings; they belong to the fleet until the session tells fewer, or is not heard of for a minute. To be repeated every few seconds.
    /// </summary>
    /// <param name="session">Identifies the session; new for every run of a program.</param>
    /// <param name="gpus">Its GPUs; none to end it.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>When known.</returns>
    public Task BringGpusAsync(string session, ImmutableArray<GpuRegistration> gpus, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(session);
        return _calls.RunAsync("make the GPUs known", () => Pool.AdvertiseAsync(GpuOrigin.Session, session, gpus), cancellationToken);
    }

    private IGpuPoolGrain Pool => _grains.GetGrain<IGpuPoolGrain>(IGpuPoolGrain.Default);

    private async Task<GpuCommandResult.Done> SetModeAsync(string verb, GpuId gpu, GpuMode mode, CancellationToken cancellationToken) =>
        Done(await _calls.RunAsync($"{verb} GPU {gpu}", () => Pool.SetModeAsync(gpu, mode), cancellationToken));

    private static GpuCommandResult.Done Done(GpuCommandResult result) => result switch
    {
        GpuCommandResult.Done done => done,
        GpuCommandResult.NotFound missing => throw new NotFoundException(missing.Message),
        _ => throw new UnreachableException(),
    };
}
