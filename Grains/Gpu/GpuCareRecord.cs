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

    /// <summary>What is known of workflows: the one that ran last stands last.</summary>
    [Id(1)]
    public List<ProfileSilences> Profiles { get; set; } = [];

    /// <summary>Prompts executed since its ComfyUI was last emptied or restarted.</summary>
    [Id(2)]
    public long Prompts { get; set; }

    public IReadOnlyList<TimeSpan> SilencesOf(string profileId) => Profiles.Find(profile => profile.ProfileId == profileId)?.Longest ?? [];

    public void Learn(string profileId, TimeSpan longestSilence)
    {
        var profile = Profiles.Find(known => known.ProfileId == profileId) ?? new ProfileSilences { ProfileId = profileId };
        Profiles.Remove(profile);
        Profiles.Add(profile);
        Profiles.RemoveRange(0, Math.Max(0, Profiles.Count - MostProfiles));
        profile.Longest.Add(longestSilence);
        profile.Longest.RemoveRange(0, Math.Max(0, profile.Longest.Count - StallLimit.KeptRuns));
    }
}

/// <summary>How silent the runs of one workflow on one GPU were.</summary>
[GenerateSerializer, Alias("continuity.profile-silences")]
internal sealed class ProfileSilences
{
    /// <summary>The workflow profile.</summary>
    [Id(0)]
    public string ProfileId { get; set; } = "";

    /// <summary>The longest silence of each of its newest runs that ended well, newest last.</summary>
    [Id(1)]
    public List<TimeSpan> Longest { get; set; } = [];
}
