using System.Collections.Immutable;

namespace Continuity.Engine.Projects.Reading;

/// <summary>Makes settings of the slimmed document.</summary>
internal static class SettingsBinder
{
    public static LocalGenSettings Bind(Element settings) => new()
    {
        ImageWorkflowProfile = settings.HintOrNull("imageWorkflowProfile"),
        VideoWorkflowProfile = settings.HintOrNull("videoWorkflowProfile"),
        SceneChainedWorkflowProfile = settings.HintOrNull("sceneChainedWorkflowProfile"),
        SceneBookendWorkflowProfile = settings.HintOrNull("sceneBookendWorkflowProfile"),
        EnableFlf2v = settings.Get("featureFlags")?.Flag("enableFLF2V") ?? false,
        Profiles = Profiles(settings.Get("workflowProfiles")),
    };

    private static ImmutableArray<ProjectProfile> Profiles(Element? profiles)
    {
        if (profiles is null)
        {
            return [];
        }

        if (profiles is { IsObject: false, IsArray: false })
        {
            profiles.Value.Log.Fault(profiles.Value.Path, $"must be an object of profiles by id, not {profiles.Value.Kind}");
            return [];
        }

        var entries = profiles.Value.IsArray ? profiles.Value.Items().Select(profile => (Name: "", Value: profile)) : profiles.Value.Properties();
        return [.. entries.Select(entry => Profile(entry.Name, entry.Value)).OfType<ProjectProfile>().DistinctBy(profile => profile.Id)];
    }

    private static ProjectProfile? Profile(string key, Element profile)
    {
        var id = key.Length > 0 ? key : profile.Hint("id");
        var workflow = profile.Get("workflowJson") switch
        {
            { IsText: true } text => text.Value.GetString()!,
            { IsObject: true } inline => inline.Value.GetRawText(),
            _ => "",
        };
        if (id.Length == 0 || string.IsNullOrWhiteSpace(workflow))
        {
            profile.Log.Warn(profile.Path, "is a profile without an id or a workflow and was left out");
            return null;
        }

        var mapping = (profile.Get("mapping")?.Properties() ?? [])
            .Where(pair => pair.Value.IsText)
            .ToImmutableDictionary(pair => pair.Name, pair => pair.Value.Value.GetString()!, StringComparer.Ordinal);
        return new ProjectProfile(id, profile.Hint("label"), workflow, mapping, profile.HintOrNull("category"));
    }
}
