using System.Collections.Immutable;

using Continuity.Client;
using Continuity.Gpu;

namespace Continuity.Cli.Hosting;

/// <summary>The GPUs that a command brings to the farm: told again and again while it runs, so that the farm notices when it is killed, and taken out when it ends.</summary>
internal sealed class BroughtGpus(ContinuityClient client, TimeProvider time) : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private readonly string _session = Guid.NewGuid().ToString("N");
    private readonly CancellationTokenSource _stop = new();
    private ImmutableArray<GpuRegistration> _gpus = [];
    private Task _telling = Task.CompletedTask;

    public async Task BringAsync(IReadOnlyList<GpuRegistration> gpus, CancellationToken cancellationToken)
    {
        if (gpus.Count == 0)
        {
            return;
        }

        var isFirst = _gpus.IsEmpty;
        _gpus = [.. _gpus, .. gpus];
        await client.BringGpusAsync(_session, _gpus, cancellationToken);
        if (isFirst)
        {
            _telling = TellAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _telling;
        try
        {
            if (!_gpus.IsEmpty)
            {
                await client.BringGpusAsync(_session, []);
            }
        }
        catch (UnavailableException)
        {
            // The owner is gone, and what it knew with it.
        }

        _stop.Dispose();
    }

    private async Task TellAsync()
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token))
            {
                try
                {
                    await client.BringGpusAsync(_session, _gpus, _stop.Token);
                }
                catch (UnavailableException)
                {
                    // Whoever follows a pipeline there says so.
                }
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
        }
    }
}
