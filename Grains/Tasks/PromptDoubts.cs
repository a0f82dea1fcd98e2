using Continuity.Tasks;

namespace Continuity.Grains.Tasks;

/// <summary>Judges whether it makes sense to wait for a prompt any longer.</summary>
internal sealed class PromptDoubts(AttemptRecord record, ProgressWatch watch, IAttemptHost host, AttemptServices services)
{
    // A prompt that waits asks from time to time whether its GPU does anything at all.
    private static readonly TimeSpan AskInterval = TimeSpan.FromSeconds(10);

    private long _asked = services.Time.GetTimestamp();

    /// <summary>Why to give the prompt up; null while there is no reason. The message is to be ended by whoever takes it back.</summary>
    public async Task<TaskFault?> WhyGiveUpAsync()
    {
        var (options, isExecuting) = (services.Options.Value, watch.IsExecuting);
        if (watch.Stalled(host.StallAfter ?? options.StallTimeout, options.StallTimeout) is { } silence)
        {
            return isExecuting
                ? new TaskFault(FaultClass.Stalled, $"The prompt showed no sign of progress for {Words(silence)}", WhileExecuting: true)
                : new TaskFault(FaultClass.Lost, $"The prompt waited in ComfyUI for {Words(silence)} without getting any further");
        }

        if (isExecuting || !watch.Seen || services.Time.GetElapsedTime(_asked) < AskInterval)
        {
            return null;
        }

        _asked = services.Time.GetTimestamp();
        return await host.WhyGpuStuckAsync(record.GpuId!.Value) is { } why
            ? new TaskFault(FaultClass.Lost, $"The prompt waited on {record.GpuId} and had not started; {why}")
            : null;
    }

    private static string Words(TimeSpan time) => time < TimeSpan.FromMinutes(2) ? $"{time.TotalSeconds:0} s" : $"{time.TotalMinutes:0} min";
}
