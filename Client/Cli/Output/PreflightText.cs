using Continuity.Gpu;
using Continuity.Pipelines;

namespace Continuity.Cli.Output;

/// <summary>Says which tasks no GPU can run: a line for all, then one for each sort of task, with a line under it for each thing that is missing.</summary>
internal static class PreflightText
{
    private const int MostTasks = 3;

    public static IReadOnlyList<string> Lines(PreflightReport report, PipelineDefinition definition)
    {
        var count = report.Problems.Sum(problem => problem.TaskIds.Length);
        return
        [
            $"No GPU can run {count} of the {Words.Count(definition.Tasks.Length, "task")}. Nothing was submitted; --no-preflight submits all the same.",
            .. report.Problems.Select(problem => Line(problem, report.Gpus)),
        ];
    }

    private static string Line(PreflightProblem problem, int gpus) => string.Join(
        Environment.NewLine + "  ",
        [
            $"{Words.Count(problem.TaskIds.Length, "task")} with profile {problem.ProfileId} ({Tasks(problem)}):",
            .. problem.Reasons.GroupBy(reason => reason.Message).Select(same => $"{Names([.. same], gpus)}: {same.Key}"),
        ]);

    private static string Tasks(PreflightProblem problem) =>
        string.Join(", ", problem.TaskIds.Take(MostTasks)) + (problem.TaskIds.Length > MostTasks ? $" and {problem.TaskIds.Length - MostTasks} more" : "");

    private static string Names(PreflightReason[] reasons, int gpus) => reasons.Length == gpus && gpus > 1
        ? $"each of the {gpus} GPUs"
        : string.Join(", ", reasons.Select(reason => reason.Name == reason.GpuId.Value || reason.Name.Length == 0 ? reason.GpuId.Value : $"{reason.Name} ({reason.GpuId})"));
}
