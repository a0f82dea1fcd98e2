using Continuity.Engine.Faults;

using Orleans.Storage;

namespace Continuity.Grains.Gpu;

/// <summary>Keeps what is remembered of a GPU, and writes it from time to time.</summary>
internal sealed class CareMemory(IPersistentState<GpuCareRecord> state, TimeProvider time)
{
    private static readonly TimeSpan WriteInterval = TimeSpan.FromMinutes(1);

    private DateTimeOffset _writtenAt = time.GetSteadyNow();
    private bool _changed;

    public long Prompts => state.State.Prompts;

    public TimeSpan StallAfter(string profileId, StallLimit limit) => limit.After(state.State.SilencesOf(profileId));

    /// <summary>A prompt was executed to its end.</summary>
    /// <param name="profileId">Its workflow profile, where that is known.</param>
    /// <param name="longestSilence">The longest time without a sign of progress, where that was seen.</param>
    public void Executed(string? profileId, TimeSpan? longestSilence)
    {
        state.State.Prompts++;
        if (profileId is not null && longestSilence is { } silence)
        {
            state.State.Learn(profileId, silence);
        }

        _changed = true;
    }

    public void Emptied()
    {
        state.State.Prompts = 0;
        _changed = true;
    }

    /// <summary>Writes what changed, but not often.</summary>
    public Task SaveInTimeAsync() => time.GetSteadyNow() - _writtenAt >= WriteInterval ? SaveAsync() : Task.CompletedTask;

    /// <summary>Writes what changed.</summary>
    public async Task SaveAsync()
    {
        if (!_changed)
        {
            return;
        }

        (_changed, _writtenAt) = (false, time.GetSteadyNow());
        try
        {
            await WriteAsync();
        }
        catch (Exception)
        {
            // Whatever the store's trouble is, nobody's work may suffer for what was learned here: it is written a little later.
            _changed = true;
        }
    }

    private async Task WriteAsync()
    {
        try
        {
            await state.WriteStateAsync();
        }
        catch (InconsistentStateException)
        {
            // Another activation lives: what it knows counts.
            await state.ReadStateAsync();
        }
    }
}
