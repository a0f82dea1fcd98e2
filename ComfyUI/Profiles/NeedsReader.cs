using System.Collections.Immutable;
using System.Text.Json.Nodes;

using Continuity.Gpu;
using Continuity.Pipelines;

namespace Continuity.ComfyUI.Profiles;

/// <summary>Reads off a pipeline what its tasks will ask of a GPU, before any of them runs.</summary>
public static class NeedsReader
{
    /// <summary>Groups the tasks that run on GPUs by what they need. A task may name other model files than its profile, by an input or by writing to a node.</summary>
    /// <param name="definition">The pipeline.</param>
    /// <returns>The groups, in the order of their first tasks. Tasks whose workflow cannot be built are left out: what is wrong with them is said elsewhere.</returns>
    public static ImmutableArray<PreflightGroup> Read(PipelineDefinition definition)
    {
        var profiles = definition.Profiles.ToDictionary(profile => profile.Id, profile => new ProfileReading(profile), StringComparer.Ordinal);
        return
        [
            .. definition.Tasks
                .Where(task => task.ProfileId is not null && profiles.ContainsKey(task.ProfileId))
                .Select(task => (task.Id, Profile: profiles[task.ProfileId!], Models: profiles[task.ProfileId!].ModelsNamedBy(task)))
                .GroupBy(task => (task.Profile.Id, Key: KeyOf(task.Models)), task => task)
                .Select(group => (TaskIds: group.Select(task => task.Id), First: group.First()))
                .Select(group => (group.TaskIds, group.First.Profile, Needs: group.First.Profile.NeedsWith(group.First.Models)))
                .Where(group => group.Needs is not null)
                .Select(group => new PreflightGroup([.. group.TaskIds], group.Profile.Id, group.Needs!)),
        ];
    }

    internal static string KeyOf(Dictionary<string, JsonNode> values) =>
        string.Join('\n', values.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}={pair.Value.ToJsonString()}"));
}
