using System.Net;

using Continuity.Client;
using Continuity.Gpu;
using Continuity.Grains.Hosting;

namespace Continuity.Cli.Hosting;

/// <summary>
/// A way to the grains for the time of one command: to a cluster, or through the process that owns the data directory, or, when nobody does, through a silo of
/// our own.
/// </summary>
internal sealed class FarmSession : IAsyncDisposable
{
    // A silo starts in about 1.5 s; ten times that for a machine under load.
    private static readonly TimeSpan OwnerPatience = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan ConnectPatience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    // On one machine an owner that does not answer for this long is gone; then its place can be taken.
    private static readonly TimeSpan CallDeadline = TimeSpan.FromSeconds(10);

    // An owner that is started again has its place back within a second or two: it is not gone.
    private static readonly TimeSpan OwnerlessPatience = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan OwnerCheck = TimeSpan.FromMilliseconds(500);

    private readonly IDisposable? _lock;
    private readonly EmbeddedSilo? _silo;
    private readonly BroughtGpus _brought;
    private readonly CancellationTokenSource _ended = new();
    private readonly CancellationTokenSource _ownerGone = new();
    private readonly Task _ownerCheck;

    private FarmSession(Invocation invocation, ContinuityClient client, int? ownerProcess, IDisposable? ownership, EmbeddedSilo? silo)
    {
        Client = client;
        OwnerProcess = ownerProcess;
        _lock = ownership;
        _silo = silo;
        _brought = new BroughtGpus(client, invocation.TimeProvider);
        _ownerCheck = silo is null && ownerProcess is not null ? CheckOwnerAsync(invocation) : Task.CompletedTask;
    }

    public ContinuityClient Client { get; }

    /// <summary>The process that owns the data directory; <see langword="null"/> in a cluster.</summary>
    public int? OwnerProcess { get; }

    /// <summary>Whether the silo is in this process, so that pipelines stop with it.</summary>
    public bool IsOwner => _silo is not null;

    /// <summary>Cancelled when the process that owned the data directory has ended and no other took its place; only where that is another process.</summary>
    public CancellationToken OwnerGone => _ownerGone.Token;

    /// <summary>Opens a way in.</summary>
    /// <param name="invocation">The command.</param>
    /// <param name="gpus">GPUs to make known for as long as the session lasts.</param>
    /// <param name="cancellationToken">Ends the tries.</param>
    /// <exception cref="UsageException">Another process owns the directory but cannot be reached.</exception>
    public static async Task<FarmSession> OpenAsync(Invocation invocation, IReadOnlyList<GpuRegistration> gpus, CancellationToken cancellationToken)
    {
        if (invocation.Cluster is { } database)
        {
            return await JoinAsync(invocation, database, cancellationToken);
        }

        var started = invocation.TimeProvider.GetTimestamp();
        while (true)
        {
            if (invocation.Data.TryOwn() is { } ownership)
            {
                return await WithAsync(await HostAsync(invocation, ownership, cancellationToken), gpus, cancellationToken);
            }

            if (Endpoint.TryRead(invocation.Data) is { } endpoint && await TryConnectAsync(invocation, endpoint, cancellationToken) is { } session)
            {
                return await WithAsync(session, gpus, cancellationToken);
            }

            if (invocation.TimeProvider.GetElapsedTime(started) > OwnerPatience)
            {
                throw new UsageException(
                    $"Another process uses {invocation.Data.Name} but does not answer. Wait for it to end, or choose another directory with --data.");
            }

            await Task.Delay(Pause, invocation.TimeProvider, cancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        // Also when another session was to take its place and could not.
        if (_ended.IsCancellationRequested)
        {
            return;
        }

        await _ended.CancelAsync();
        await _ownerCheck.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _brought.DisposeAsync();
        await Client.DisposeAsync();
        if (_silo is not null)
        {
            await _silo.DisposeAsync();
        }

        _lock?.Dispose();
        _ownerGone.Dispose();
    }

    /// <summary>Makes GPUs known for as long as this session lasts; those that belong to the farm already stay in it after that.</summary>
    public Task BringAsync(IReadOnlyList<GpuRegistration> gpus, CancellationToken cancellationToken) => _brought.BringAsync(gpus, cancellationToken);

    // A call to a dead process is only told from a slow one by waiting for it; the lock on its directory is free at once.
    private async Task CheckOwnerAsync(Invocation invocation)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        var ownedAt = invocation.TimeProvider.GetTimestamp();
        while (invocation.TimeProvider.GetElapsedTime(ownedAt) < OwnerlessPatience)
        {
            await Task.Delay(OwnerCheck, invocation.TimeProvider, _ended.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (_ended.IsCancellationRequested)
            {
                return;
            }

            if (invocation.Data.IsOwned())
            {
                ownedAt = invocation.TimeProvider.GetTimestamp();
            }
        }

        await _ownerGone.CancelAsync();
    }

    private static async Task<FarmSession> WithAsync(FarmSession session, IReadOnlyList<GpuRegistration> gpus, CancellationToken cancellationToken)
    {
        try
        {
            await session.BringAsync(gpus, cancellationToken);
            return session;
        }
        catch
        {
            await session.DisposeAsync();
            throw;
        }
    }

    private static async Task<FarmSession> JoinAsync(Invocation invocation, string database, CancellationToken cancellationToken)
    {
        var options = new ContinuityClientOptions { Cluster = database, TimeProvider = invocation.TimeProvider };
        try
        {
            return new FarmSession(invocation, await ContinuityClient.ConnectAsync(options, cancellationToken), ownerProcess: null, ownership: null, silo: null);
        }
        catch (ArgumentException exception)
        {
            throw new UsageException($"--cluster takes a PostgreSQL connection string, such as 'Host=db;Database=continuity;Username=farm': {exception.Message}");
        }
    }

    private static async Task<FarmSession> HostAsync(Invocation invocation, IDisposable ownership, CancellationToken cancellationToken)
    {
        try
        {
            File.Delete(invocation.Data.EndpointPath); // of an owner before us, which is gone
            var silo = await EmbeddedSilo.StartAsync(invocation, cancellationToken);
            silo.Endpoint.Write(invocation.Data);
            var client = new ContinuityClient(silo.Grains, new ContinuityClientOptions { TimeProvider = invocation.TimeProvider });
            return new FarmSession(invocation, client, silo.Endpoint.Pid, ownership, silo);
        }
        catch
        {
            ownership.Dispose();
            throw;
        }
    }

    private static async Task<FarmSession?> TryConnectAsync(Invocation invocation, Endpoint endpoint, CancellationToken cancellationToken)
    {
        var options = new ContinuityClientOptions
        {
            Gateways = { new IPEndPoint(IPAddress.Loopback, endpoint.GatewayPort) },
            ClusterId = endpoint.ClusterId,
            ServiceId = EmbeddedSilo.ServiceId,
            ConnectPatience = ConnectPatience,
            Deadline = CallDeadline,
            TimeProvider = invocation.TimeProvider,
        };
        try
        {
            return new FarmSession(invocation, await ContinuityClient.ConnectAsync(options, cancellationToken), endpoint.Pid, ownership: null, silo: null);
        }
        catch (UnavailableException)
        {
            return null; // the file of an owner that has ended, or of one that is ending
        }
    }
}
