using System.Collections.Immutable;

using Continuity.Tasks;

namespace Continuity.Engine.Accounts;

/// <summary>Where the GPU time of a pipeline went.</summary>
/// <param name="Used">That of the attempts whose results it has.</param>
/// <param name="Lost">That of all other attempts: failed, lost, cancelled, or made again since.</param>
/// <param name="Stages">The same for each kind of task that used a GPU, in the order of the kinds.</param>
public sealed record GpuAccount(GpuTime Used, GpuTime Lost, ImmutableArray<StageAccount> Stages)
{
    private static readonly GpuTime Nothing = new();

    /// <summary>Whether no GPU did anything for it yet.</summary>
    public bool IsEmpty => Stages.IsEmpty;

    /// <summary>Sums a pipeline up. Attempts count when they have ended.</summary>
    /// <param name="tasks">The tasks, each with its row.</param>
    /// <returns>The account.</returns>
    public static GpuAccount Of(IEnumerable<(TaskKind Kind, TaskRow Row)> tasks)
    {
        var stages = new SortedDictionary<TaskKind, (GpuTime? Used, GpuTime? Lost)>();
        foreach (var (kind, row) in tasks)
        {
            var (used, lost) = Of(row);
            if (used is not null || lost is not null)
            {
                var (usedBefore, lostBefore) = stages.GetValueOrDefault(kind);
                stages[kind] = (GpuTime.Sum(usedBefore, used), GpuTime.Sum(lostBefore, lost));
            }
        }

        return new GpuAccount(
            stages.Values.Aggregate((GpuTime?)null, (sum, stage) => GpuTime.Sum(sum, stage.Used)) ?? Nothing,
            stages.Values.Aggregate((GpuTime?)null, (sum, stage) => GpuTime.Sum(sum, stage.Lost)) ?? Nothing,
            [.. stages.Select(stage => new StageAccount(stage.Key, stage.Value.Used ?? Nothing, stage.Value.Lost ?? Nothing))]);
    }

    /// <summary>What a task's attempts used, and what of it is lost.</summary>
    /// <param name="row">The task's row.</param>
    /// <returns>Both; <see langword="null"/> where there is none.</returns>
    public static (GpuTime? Used, GpuTime? Lost) Of(TaskRow row) => row.State == TaskState.Completed
        ? (row.Attempt?.Gpu, row.EarlierGpu)
        : (null, GpuTime.Sum(row.EarlierGpu, row.Attempt?.Gpu));
}

/// <summary>Where the GPU time of one kind of task went.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="Used">That of the attempts whose results the pipeline has.</param>
/// <param name="Lost">That of all others.</param>
public sealed record StageAccount(TaskKind Kind, GpuTime Used, GpuTime Lost);
