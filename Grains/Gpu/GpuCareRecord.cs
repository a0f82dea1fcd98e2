using Continuity.Engine.Faults;

namespace Continuity.Grains.Gpu;

/// <summary>What is remembered of a GPU over restarts. Losing the newest minute of it does no harm.</summary>
[GenerateSerializer, Alias("continuity.gpu-care")]
internal sealed class GpuCareRecord
{
    private const int MostProfiles = 64;

    /// <summary>The form of this record.</summary>
    [Id(0)]
    public int Version { get; set; } = 1;

    /// <summary>By workflow profile: the longest silence of each of its newest runs that ended well, newest last.</summary>
    [Id(1)]
    public Dictionary<string, List<TimeSpan>> Silences { get; set; } = new(StringComparer.Ordinal);

    /// <summary>Prompts executed since its ComfyUI was last emptied or restarted.</summary>
    [Id(2)]
    public long Prompts { get; set; }

    public IReadOnlyList<TimeSpan> SilencesOf(string profileId) => Silences.GetValueOrDefault(profileId) ?? [];

    public void Learn(string profileId, TimeSpan silence)
    {
        if (!Silences.Remove(profileId, out var runs))
        {
            runs = [];
        }

        // Put back at the end: the first profile is the one not run for longest.
        Silences[profileId] = runs;
        runs.Add(silence);
        runs.RemoveRange(0, Math.Max(0, runs.Count - StallLimit.KeptRuns));
        while (Silences.Count > MostProfiles)
        {
            Silences.Remove(Silences.Keys.First());
        }
    }
}
