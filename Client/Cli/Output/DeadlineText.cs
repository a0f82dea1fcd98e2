using System.Globalization;

using Continuity.Engine.Forecasts;
using Continuity.Pipelines;

namespace Continuity.Cli.Output;

/// <summary>What is said of a pipeline's deadline.</summary>
internal static class DeadlineText
{
    /// <summary>The deadline, and whether it will be kept; null when there is none.</summary>
    /// <param name="pipeline">The pipeline.</param>
    /// <param name="forecast">When it will be done.</param>
    /// <param name="now">The time.</param>
    public static string? Line(PipelineSnapshot pipeline, PipelineForecast forecast, DateTimeOffset now)
    {
        if (pipeline.Deadline is not { } deadline)
        {
            return null;
        }

        var text = $"Deadline {deadline.ToLocalTime().ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture)}";
        if (pipeline.Summary.Status.IsFinal())
        {
            return pipeline.Summary.Status != PipelineStatus.Completed ? text : pipeline.Summary.UpdatedAt <= deadline ? $"{text}: kept" : $"{text}: missed by {Words.Duration(pipeline.Summary.UpdatedAt - deadline)}";
        }

        var likely = now > deadline ? ": missed"
            : forecast.End is not { } end ? ""
            : forecast.IsRough ? ": whether it can be kept is not known before each kind of its work was measured once"
            : forecast.At + end.P90 <= deadline ? ": will be kept"
            : forecast.At + end.P50 <= deadline ? ": may be missed"
            : ": will be missed";
        return $"{text}{likely}{(pipeline.IsLate ? "; goes before others of its priority" : "")}";
    }
}
