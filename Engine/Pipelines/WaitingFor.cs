using System.Globalization;

using Continuity.Engine.Scheduling;
using Continuity.Pipelines;
using Continuity.Tasks;

namespace Continuity.Engine.Pipelines;

/// <summary>Why a task that has not begun does not run, in one line.</summary>
public static class WaitingFor
{
    private const int MostTasks = 2;

    /// <summary>Says why.</summary>
    /// <param name="state">The pipeline.</param>
    /// <param name="index">The task; it is pending.</param>
    /// <param name="live">What it said last of its wait for a GPU; <see langword="null"/> when it said nothing.</param>
    /// <param name="isDriven">Whether somebody runs the pipeline.</param>
    /// <param name="now">The time.</param>
    /// <returns>The reason.</returns>
    public static string Of(PipelineState state, int index, string? live, bool isDriven, DateTimeOffset now)
    {
        if (!state.Ready.Contains(index))
        {
            var missing = state.DependenciesOf(index).Distinct().Where(i => state.Rows[i].State != TaskState.Completed).Select(i => state.Definition.Tasks[i].Label).ToList();
            var named = string.Join(" and ", missing.Take(MostTasks));
            return missing.Count > MostTasks ? $"waits for {named}, and {missing.Count - MostTasks} more" : $"waits for {named}";
        }

        var row = state.Rows[index];
        return state.Summary.Status == PipelineStatus.Paused ? $"the pipeline is paused (continuity resume {state.Definition.Id})"
            : !isDriven ? $"nothing runs the pipeline now (continuity resume {state.Definition.Id})"
            : row.NotBefore is { } due && due > now ? string.Create(CultureInfo.InvariantCulture, $"tried again at {due.UtcDateTime:HH:mm:ss} UTC after: {row.Fault?.Message}")
            : live ?? Eligibility.AboutToStart;
    }
}
