using Continuity.Engine.Faults;
using Continuity.Gpu;
using Continuity.Grains.Hosting;

using Microsoft.Extensions.Logging;

namespace Continuity.Grains.Gpu;

/// <summary>Restarts one ComfyUI where this silo stands beside it and has a command for that.</summary>
internal sealed partial class GpuRestarter(GpuRegistration gpu, GpuCareServices services, GpuCareOptions care)
{
    private readonly ILogger _logger = services.Loggers.CreateLogger<GpuRestarter>();
    private RestartHistory _history = RestartHistory.None;
    private string? _result;

    /// <summary>Whether there is a command. A queue may have moved here from the silo that stands beside its GPU: the command would restart another ComfyUI.</summary>
    public bool IsPossible => care.RestartProgram is not null && services.Options.Value.Gpus.Any(own => own.Id == gpu.Id);

    /// <summary>Why it is being restarted now, in words; null when it is not.</summary>
    public string? Running { get; private set; }

    /// <summary>How the last restart went, in words for the GPU's problem text; null before the first.</summary>
    public string? Result => _result;

    /// <summary>Why it is to be restarted now, in words; null when it is not.</summary>
    public string? Due(RestartSigns signs) =>
        IsPossible ? RestartPolicy.Due(signs, _history, care.RestartAfter, services.Time.GetSteadyNow()) : null;

    /// <summary>A prompt was executed to its end.</summary>
    public void Worked() => _history = _history.Worked();

    /// <summary>Runs the command to its end.</summary>
    public async Task RestartAsync(string reason)
    {
        Running = reason;
        LogRestarting(_logger, gpu.Id, reason);
        try
        {
            var fault = await RestartCommand.RunAsync(care, gpu.Id, gpu.Address, services.Time);
            _history = _history.After(services.Time.GetSteadyNow());
            _result = fault ?? $"restarted at {_history.LastAt:HH:mm:ss} UTC";
            if (fault is null)
            {
                LogRestarted(_logger, gpu.Id);
            }
            else
            {
                LogFailed(_logger, gpu.Id, fault);
            }
        }
        finally
        {
            Running = null;
        }
    }

    [LoggerMessage(2013, LogLevel.Warning, "GPU {GpuId}: its ComfyUI is restarted by command, as {Reason}.")]
    private static partial void LogRestarting(ILogger logger, GpuId gpuId, string reason);

    [LoggerMessage(2014, LogLevel.Information, "GPU {GpuId}: the restart command ended well.")]
    private static partial void LogRestarted(ILogger logger, GpuId gpuId);

    [LoggerMessage(2015, LogLevel.Error, "GPU {GpuId}: {Fault}")]
    private static partial void LogFailed(ILogger logger, GpuId gpuId, string fault);
}
