using Continuity.Pipelines;
using Continuity.Tasks;

namespace Continuity.Grains.Stores;

/// <summary>Which artifacts a record names. Kept as rows beside it, so that nothing that is still in use is ever removed.</summary>
internal static class ArtifactUses
{
    public static HashSet<string> Of(PipelineDefinition definition)
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        foreach (var task in definition.Tasks)
        {
            foreach (var input in task.Inputs.Values)
            {
                Add(input, found);
            }
        }

        return found;
    }

    public static HashSet<string> Of(IEnumerable<KeyValuePair<int, TaskRow>> rows) =>
        rows.SelectMany(row => row.Value.Result?.Outputs ?? []).Select(output => output.Artifact.Sha256).ToHashSet(StringComparer.Ordinal);

    private static void Add(TaskInput input, HashSet<string> found)
    {
        switch (input)
        {
            case TaskInput.Stored stored:
                found.Add(stored.Artifact.Sha256);
                break;

            case TaskInput.FirstOf first:
                foreach (var choice in first.Choices)
                {
                    Add(choice, found);
                }

                break;
        }
    }
}
