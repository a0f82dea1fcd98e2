using Continuity.ComfyUI.Client;
using Continuity.Engine.Faults;
using Continuity.Gpu;

using Microsoft.Extensions.Logging;

namespace Continuity.Grains.Gpu;

/// <summary>Empties one ComfyUI from time to time: it gets nothing more, what runs ends, its memory is freed, and whoever can restarts it.</summary>
internal sealed partial class GpuRecycler(GpuId gpu, IComfyClient client, CareMemory memory, RecyclePolicy policy, GpuCareServices services)
{
    private readonly ILogger _logger = services.Loggers.CreateLogger<GpuRecycler>();
    private string? _reason;
    private bool _byPrompts;
    private DateTimeOffset? _lastAt;

    /// <summary>Whether its memory was freed and only a restart may still be wanted.</summary>
    public bool IsFreed { get; private set; }

    /// <summary>Why it gets no work, in words; null when it does.</summary>
    public string? Problem => _reason is null ? null : $"being emptied, as {_reason}; what runs goes on to its end";

    /// <summary>Goes on with it, or begins.</summary>
    /// <param name="isOwnDone">Whether no prompt of this farm is left there.</param>
    /// <param name="idle">The free memory; null while something runs.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task LookAsync(bool isOwnDone, FreeMemory? idle, CancellationToken cancellationToken)
    {
        if (_reason is null)
        {
            // A slot may be on its way to somebody just now: the next look knows.
            Begin(idle);
        }
        else if (isOwnDone && !IsFreed)
        {
            await client.FreeAsync(unloadModels: true, freeMemory: true, cancellationToken);
            IsFreed = true;
        }
    }

    /// <summary>Why it is to be restarted as well, in words; null when freeing its memory was enough.</summary>
    /// <param name="idle">The free memory as seen after that.</param>
    public string? WhyRestart(FreeMemory? idle) => IsFreed && (_byPrompts || (idle is not null && policy.Lacks(idle) is not null)) ? _reason : null;

    /// <summary>It may work again.</summary>
    public void Done()
    {
        (_reason, IsFreed, _lastAt) = (null, false, services.Time.GetSteadyNow());
        memory.Emptied();
    }

    private void Begin(FreeMemory? idle)
    {
        if (policy.Due(memory.Prompts, idle, _lastAt, services.Time.GetSteadyNow()) is { } reason)
        {
            (_reason, _byPrompts) = (reason, policy.AfterPrompts > 0 && memory.Prompts >= policy.AfterPrompts);
            LogRecycling(_logger, gpu, reason);
        }
    }

    [LoggerMessage(2016, LogLevel.Information, "GPU {GpuId}: its ComfyUI is emptied, as {Reason}.")]
    private static partial void LogRecycling(ILogger logger, GpuId gpuId, string reason);
}
