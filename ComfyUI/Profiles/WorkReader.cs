using System.Collections.Immutable;

using Continuity.Gpu;
using Continuity.Pipelines;

namespace Continuity.ComfyUI.Profiles;

/// <summary>Reads off a pipeline what its tasks will do on a GPU, before any of them is built: the same that their tickets will say.</summary>
public static class WorkReader
{
    /// <summary>Finds the sorts of work.</summary>
    /// <param name="definition">The pipeline.</param>
    /// <returns>The sorts, and which one each task is of.</returns>
    public static PipelineWorks Read(PipelineDefinition definition)
    {
        var profiles = definition.Profiles.ToDictionary(profile => profile.Id, profile => new ProfileReading(profile), StringComparer.Ordinal);
        var works = ImmutableArray.CreateBuilder<GpuWork>();
        var known = new Dictionary<(string Profile, string Key), int?>();
        var tasks = ImmutableDictionary.CreateBuilder<string, int>(StringComparer.Ordinal);
        foreach (var task in definition.Tasks)
        {
            if (task.ProfileId is not { } id || !profiles.TryGetValue(id, out var profile))
            {
                continue;
            }

            var values = profile.WorkNamedBy(task);
            var key = (id, NeedsReader.KeyOf(values));
            if (!known.TryGetValue(key, out var index))
            {
                known[key] = index = IndexOf(works, profile.WorkWith(values));
            }

            if (index is { } found)
            {
                tasks[task.Id] = found;
            }
        }

        return new PipelineWorks(definition.Priority, works.ToImmutable(), tasks.ToImmutable());
    }

    private static int? IndexOf(ImmutableArray<GpuWork>.Builder works, GpuWork? work)
    {
        if (work is null)
        {
            return null;
        }

        // Tasks whose inputs differ may do the same.
        for (var i = 0; i < works.Count; i++)
        {
            if (works[i].Name == work.Name && works[i].Needs.MinVram == work.Needs.MinVram && works[i].Needs.Models.SequenceEqual(work.Needs.Models))
            {
                return i;
            }
        }

        works.Add(work);
        return works.Count - 1;
    }
}

/// <summary>What the tasks of a pipeline do on GPUs.</summary>
/// <param name="Priority">The pipeline's tier.</param>
/// <param name="Works">The sorts of work.</param>
/// <param name="OfTask">The sort of each task, by its id; tasks for the CPU, and those whose workflow cannot be built, are not in it.</param>
public sealed record PipelineWorks(PipelinePriority Priority, ImmutableArray<GpuWork> Works, ImmutableDictionary<string, int> OfTask);
