using Continuity.Cli.Output;
using Continuity.Engine.Forecasts;
using Continuity.Pipelines;

using static Continuity.Client.Tests.Cli.Fixtures;

namespace Continuity.Client.Tests.Cli;

public sealed class DeadlineTextTests
{
    [Theory]
    [InlineData(60, false, ": will be kept")]
    [InlineData(15, false, ": may be missed")]
    [InlineData(5, true, ": will be missed; goes before others of its priority")]
    [InlineData(-5, true, ": missed; goes before others of its priority")]
    public void WhetherADeadlineWillBeKeptIsSaid(int minutes, bool late, string expected)
    {
        var forecast = new PipelineForecast { At = Noon, End = new TimeLeft(TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(20)) };

        var line = DeadlineText.Line(Of(PipelineStatus.Active, Noon.AddMinutes(minutes), late), forecast, Noon);

        Assert.StartsWith("Deadline 2", line, StringComparison.Ordinal);
        Assert.EndsWith(expected, line, StringComparison.Ordinal);
    }

    [Fact]
    public void AfterTheEndItIsSaidWhetherItWasKept()
    {
        var none = new PipelineForecast { At = Noon, WhyNot = "the pipeline is at an end" };

        Assert.EndsWith(": kept", DeadlineText.Line(Of(PipelineStatus.Completed, Noon), none, Noon.AddHours(1)), StringComparison.Ordinal);
        Assert.EndsWith(": missed by 2:00", DeadlineText.Line(Of(PipelineStatus.Completed, Noon.AddMinutes(-2)), none, Noon.AddHours(1)), StringComparison.Ordinal);
        Assert.Null(DeadlineText.Line(Of(PipelineStatus.Active, null), none, Noon));
    }

    // Last changed at noon.
    private static PipelineSnapshot Of(PipelineStatus status, DateTimeOffset? deadline, bool late = false) => new()
    {
        Summary = new PipelineSummary { Id = new PipelineId("p"), Name = "P", Status = status, UpdatedAt = Noon },
        Tasks = [],
        Deadline = deadline,
        IsLate = late,
    };
}
