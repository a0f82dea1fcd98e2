using Continuity.Engine.Accounts;
using Continuity.Pipelines;
using Continuity.Tasks;

namespace Continuity.Cli.Output;

/// <summary>Where the GPU time of a pipeline went, for people and for programs.</summary>
internal static class AccountText
{
    // What would be shown as 0.0 s.
    private const double Nothing = 0.05;

    public static GpuAccount Of(PipelineSnapshot pipeline) => GpuAccount.Of(pipeline.Tasks.Select(task => (task.Definition.Kind, task.Row)));

    /// <summary>One line; null before any GPU did something.</summary>
    public static string? Line(GpuAccount account)
    {
        var (used, lost) = (account.Used, account.Lost);
        if (account.IsEmpty || used.Total + lost.Total < Nothing)
        {
            return null;
        }

        var parts = new[]
        {
            Part(used.Working, "working"),
            Part(used.Swapping, "loading models"),
            Part(used.Waiting, "waiting"),
            Part(lost.Total, "lost in tries that came to nothing"),
        };
        var transfers = used.Transferring + lost.Transferring;
        return $"GPU time {Seconds(used.Total + lost.Total)}: {string.Join(", ", parts.OfType<string>())}"
            + (transfers < Nothing ? "" : $"; transfers beside it {Seconds(transfers)}");
    }

    public static object? Json(GpuAccount account) => account.IsEmpty ? null : new
    {
        TotalSeconds = Rounded(account.Used.Total + account.Lost.Total),
        Used = Json(account.Used),
        Lost = Json(account.Lost),
        Stages = account.Stages.Select(stage => new { stage.Kind, Used = Json(stage.Used), Lost = Json(stage.Lost) }),
    };

    public static object? Json(GpuTime? time) => time is null ? null : new
    {
        WorkingSeconds = Rounded(time.Working),
        SwappingSeconds = Rounded(time.Swapping),
        WaitingSeconds = Rounded(time.Waiting),
        TransferringSeconds = Rounded(time.Transferring),
    };

    private static string? Part(double seconds, string what) => seconds < Nothing ? null : $"{Seconds(seconds)} {what}";

    private static string Seconds(double seconds) => Words.Duration(TimeSpan.FromSeconds(seconds));

    private static double Rounded(double seconds) => Math.Round(seconds, 3);
}
