using System.Collections.Immutable;

using Continuity.Engine.Dags;
using Continuity.Engine.Projects;
using Continuity.Pipelines;
using Continuity.Profiles;

namespace Continuity.Engine.Exports;

/// <summary>Decides which profile makes what: what the person asked for, else what the project says, else the shipped one.</summary>
internal sealed class ProfileChooser(
    LocalGenSettings settings,
    ExportOptions options,
    IReadOnlyDictionary<string, WorkflowProfile> profiles,
    List<DefinitionFault> faults,
    List<string> warnings)
{
    public const string DefaultImage = "flux-t2i";
    public const string DefaultVideo = "wan-i2v";
    public const string DefaultUpscale = "video-upscaler";
    public const string DefaultInterpolate = "rife-interpolation";

    private static readonly ImmutableArray<string> DefaultsWithEnd = ["wan-fun-inpaint", "wan-flf2v"];

    private readonly Dictionary<string, WorkflowProfile?> _explicit = new(StringComparer.Ordinal);
    private readonly Dictionary<string, WorkflowProfile> _used = new(StringComparer.Ordinal);
    private readonly HashSet<string> _told = new(StringComparer.Ordinal);

    /// <summary>Every profile that was chosen, in the order of the ids.</summary>
    public ImmutableArray<WorkflowProfile> Used => [.. _used.Values.OrderBy(profile => profile.Id, StringComparer.Ordinal)];

    public WorkflowProfile? Image() =>
        Choose("imageProfile", options.ImageProfile, ProfileKind.Keyframe, [("imageWorkflowProfile", settings.ImageWorkflowProfile)], [DefaultImage]);

    /// <param name="chained">Whether the shot starts where another ended.</param>
    /// <param name="bookend">Whether the shot's scene has a first and a last frame.</param>
    /// <param name="hasEnd">Whether there is a picture for the shot to end at.</param>
    public WorkflowProfile? Video(bool chained, bool bookend, bool hasEnd)
    {
        List<(string, string?)> wishes = [];
        if (chained && hasEnd)
        {
            wishes.Add(("sceneChainedWorkflowProfile", settings.SceneChainedWorkflowProfile));
        }

        if (bookend && hasEnd)
        {
            wishes.Add(("sceneBookendWorkflowProfile", settings.SceneBookendWorkflowProfile));
        }

        wishes.Add(("videoWorkflowProfile", settings.VideoWorkflowProfile));
        return Choose("videoProfile", options.VideoProfile, ProfileKind.Video, wishes, hasEnd ? [.. DefaultsWithEnd, DefaultVideo] : [DefaultVideo]);
    }

    public WorkflowProfile? Upscale() =>
        WithVideoInput(Choose("upscaleProfile", options.UpscaleProfile, ProfileKind.Upscale, [], [DefaultUpscale]), "upscaleProfile");

    public WorkflowProfile? Interpolate() =>
        WithVideoInput(Choose("interpolateProfile", options.InterpolateProfile, ProfileKind.Interpolate, [], [DefaultInterpolate]), "interpolateProfile");

    private WorkflowProfile? Choose(
        string option, string? asked, ProfileKind kind, IReadOnlyList<(string Setting, string? Id)> wishes, IReadOnlyList<string> defaults)
    {
        if (asked is { Length: > 0 })
        {
            return Explicit(option, asked, kind);
        }

        foreach (var (setting, id) in wishes)
        {
            if (id is null)
            {
                continue;
            }

            if (profiles.TryGetValue(id, out var wished) && TaskKinds.Fits(TaskKinds.OfProfile(kind), wished.Kind))
            {
                return Use(wished);
            }

            var why = wished is null ? "is not available" : $"is a profile for {TaskKinds.NameOf(wished.Kind)}";
            Tell($"The project's {setting} '{id}' {why}; another one is used.");
        }

        foreach (var id in defaults)
        {
            if (profiles.TryGetValue(id, out var usual) && TaskKinds.Fits(TaskKinds.OfProfile(kind), usual.Kind))
            {
                return Use(usual);
            }
        }

        var usuals = string.Join(" and ", defaults.Select(id => $"'{id}'"));
        return Missing(option, $"no profile is given, and {usuals} {(defaults.Count > 1 ? "are" : "is")} not available", kind);
    }

    private WorkflowProfile? Explicit(string option, string asked, ProfileKind kind)
    {
        if (_explicit.TryGetValue(option, out var known))
        {
            return known;
        }

        var found = profiles.GetValueOrDefault(asked);
        if (found is null)
        {
            Missing(option, $"there is no profile '{asked}'{Hints.DidYouMean(asked, profiles.Keys)}", kind);
        }
        else if (!TaskKinds.Fits(TaskKinds.OfProfile(kind), found.Kind))
        {
            Missing(option, $"'{asked}' is a profile for {TaskKinds.NameOf(found.Kind)}, not for {TaskKinds.NameOf(kind)}", kind);
            found = null;
        }

        _explicit[option] = found;
        return found is null ? null : Use(found);
    }

    private WorkflowProfile? WithVideoInput(WorkflowProfile? profile, string option)
    {
        if (profile is not null && !profile.Takes(InputNames.InputVideo) && _told.Add(option))
        {
            faults.Add(new($"options.{option}", $"the profile '{profile.Id}' does not map '{InputNames.InputVideo}'; say which node loads the video"));
        }

        return profile;
    }

    private WorkflowProfile? Missing(string option, string problem, ProfileKind kind)
    {
        var known = profiles.Values
            .Where(profile => profile.Kind == kind || profile.Kind == ProfileKind.Generic)
            .Select(profile => profile.Id)
            .Order(StringComparer.Ordinal);
        var list = string.Join(", ", known);
        if (_told.Add(problem))
        {
            faults.Add(new($"options.{option}", $"{problem}; known profiles for {TaskKinds.NameOf(kind)}: {(list.Length > 0 ? list : "none")}"));
        }

        return null;
    }

    private WorkflowProfile Use(WorkflowProfile profile)
    {
        _used[profile.Id] = profile;
        return profile;
    }

    private void Tell(string warning)
    {
        if (_told.Add(warning))
        {
            warnings.Add(warning);
        }
    }
}
