using Continuity.ComfyUI.Client;
using Continuity.ComfyUI.Hosting;

using Microsoft.Extensions.DependencyInjection;

namespace Continuity.Cli.Hosting;

/// <summary>Short questions to ComfyUI instances, for looking around before anything runs.</summary>
internal sealed class ComfyProbe : IAsyncDisposable
{
    // On the local machine an open port connects within a millisecond; a busy interpreter may hold back its answer for seconds.
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan QueryTimeout = TimeSpan.FromSeconds(5);

    private readonly ServiceProvider _services = new ServiceCollection()
        .AddLogging()
        .AddComfyUI(options =>
        {
            options.ConnectTimeout = ConnectTimeout;
            options.QueryTimeout = QueryTimeout;
        })
        .BuildServiceProvider();

    public IComfyClient Get(Uri address) => _services.GetRequiredService<IComfyConnections>().Get(address);

    /// <summary>Describes the instance at an address; <see langword="null"/> when there is none.</summary>
    public async Task<SystemStats?> TryGetStatsAsync(Uri address, CancellationToken cancellationToken)
    {
        try
        {
            return await Get(address).GetSystemStatsAsync(cancellationToken);
        }
        catch (ComfyException)
        {
            return null;
        }
    }

    /// <summary>Says what is wrong with the instance at an address; <see langword="null"/> when it answers as ComfyUI does.</summary>
    public async Task<ComfyException?> ProblemAsync(Uri address, CancellationToken cancellationToken)
    {
        try
        {
            await Get(address).GetSystemStatsAsync(cancellationToken);
            return null;
        }
        catch (ComfyException problem)
        {
            return problem;
        }
    }

    public ValueTask DisposeAsync() => _services.DisposeAsync();
}
