using System.Text.Json;

using Continuity.Cli.Output;
using Continuity.Engine.Accounts;
using Continuity.Engine.Forecasts;
using Continuity.Gpu;
using Continuity.Pipelines;
using Continuity.Tasks;

using Microsoft.Extensions.Time.Testing;

using static Continuity.Client.Tests.Cli.Fixtures;

namespace Continuity.Client.Tests.Cli;

public sealed class OutputTests
{
    private static readonly GpuNames Gpus = new([new GpuRegistration(new GpuId("127.0.0.1:8188"), new Uri("http://127.0.0.1:8188/"), "big one")]);
    private readonly FakeTimeProvider _time = new(Noon);

    [Fact]
    public void Plain_RunningTask_TellsTimeStateLabelAndGpu()
    {
        var line = PlainFollowOutput.Line(Task("a", TaskState.Running, attempts: 1, gpu: "127.0.0.1:8188"), Gpus, Noon);

        Assert.Equal("12:00:00  running    Label of a (big one)", line);
    }

    [Fact]
    public void Plain_SecondAttempt_SaysSo() => Assert.EndsWith(
        "(big one, attempt 2)",
        PlainFollowOutput.Line(Task("a", TaskState.Running, attempts: 2, gpu: "127.0.0.1:8188"), Gpus, Noon),
        StringComparison.Ordinal);

    [Fact]
    public void Plain_Failure_TellsWhyOnOneLine() => Assert.Equal(
        "12:00:00  failed     Label of a (CPU): first second",
        PlainFollowOutput.Line(Task("a", TaskState.Failed, attempts: 1, fault: "first\nsecond"), Gpus, Noon));

    [Fact]
    public void Json_EveryLine_HasIdAndStatus()
    {
        var output = new JsonFollowOutput(Terminal(out var written, out _), Gpus, _time);
        var tasks = new[] { Task("a", TaskState.Completed, attempts: 1), Task("b", TaskState.Failed, attempts: 2, fault: "no \"luck\"\nat all") };
        var snapshot = Snapshot(9, PipelineStatus.Failed, tasks);

        output.Show(PipelineState.From(snapshot), [.. tasks]);
        output.Finish(new FollowResult(snapshot, null, TimeSpan.FromSeconds(90), "continuity retry p1"));

        var lines = written.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(3, lines.Length);
        Assert.All(lines, line =>
        {
            using var json = JsonDocument.Parse(line);
            Assert.Equal("p1", json.RootElement.GetProperty("id").GetString());
            Assert.Equal("failed", json.RootElement.GetProperty("status").GetString());
        });
        using var last = JsonDocument.Parse(lines[^1]);
        Assert.Equal(90, last.RootElement.GetProperty("elapsedSeconds").GetDouble());
        Assert.Equal("no \"luck\"\nat all", last.RootElement.GetProperty("failures")[0].GetProperty("message").GetString());
    }

    [Fact]
    public void Summary_Success_NamesTheFilmTheScenesAndTheManifest()
    {
        var terminal = Terminal(out var written, out _);
        var snapshot = Snapshot(9, PipelineStatus.Completed, Task("film-s1", TaskState.Completed, 1), Task("film", TaskState.Completed, 1));
        var download = new DownloadResult(
            "/out",
            "/out/manifest.json",
            [new DownloadedFile("film-s1", "/out/scenes/01.mp4", 1024, false), new DownloadedFile("film", "/out/film.mp4", 2048, false)]);

        SummaryText.Write(terminal, new FollowResult(snapshot, download, TimeSpan.FromSeconds(75), "continuity retry p1"));

        var text = written.ToString();
        Assert.Contains("completed  Export All (1 scene): 2 of 2 tasks in 1:15", text, StringComparison.Ordinal);
        Assert.Contains("film      /out/film.mp4", text, StringComparison.Ordinal);
        Assert.Contains("scene     /out/scenes/01.mp4", text, StringComparison.Ordinal);
        Assert.Contains("files     2 (3 KB) in /out", text, StringComparison.Ordinal);
        Assert.Contains("manifest  /out/manifest.json", text, StringComparison.Ordinal);
        Assert.DoesNotContain("try again", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Summary_Failure_TellsWhyAndHowToTryAgain()
    {
        var terminal = Terminal(out var written, out _);
        var snapshot = Snapshot(9, PipelineStatus.Failed, Task("a", TaskState.Failed, 2, fault: "The model is missing."), Task("b", TaskState.Skipped));

        SummaryText.Write(terminal, new FollowResult(snapshot, null, TimeSpan.FromSeconds(5), "continuity retry p1 --data here"));

        var text = written.ToString();
        Assert.Contains("failed    Label of a: The model is missing.", text, StringComparison.Ordinal);
        Assert.Contains("skipped   1 task that needed them", text, StringComparison.Ordinal);
        Assert.Contains("try again continuity retry p1 --data here", text, StringComparison.Ordinal);
    }

    [Fact]
    public void AccountText_TellsWhereTheTimeWentInPartsThatAddUp()
    {
        var done = new TaskRow
        {
            TaskId = "a",
            State = TaskState.Completed,
            Attempt = new AttemptRecord(2, DateTimeOffset.UnixEpoch, Gpu: new GpuTime { Working = 600, Swapping = 90, Waiting = 12, Transferring = 17.5 }),
            EarlierGpu = new GpuTime { Working = 38, Waiting = 2, Transferring = 0.5 },
        };

        Assert.Equal(
            "GPU time 12:22: 10:00 working, 1:30 loading models, 12 s waiting, 40 s lost in tries that came to nothing; transfers beside it 18 s",
            AccountText.Line(GpuAccount.Of([(TaskKind.GenerateVideo, done)])));
        Assert.Null(AccountText.Line(GpuAccount.Of([(TaskKind.GenerateVideo, new TaskRow { TaskId = "b" })])));
    }

    [Theory]
    [InlineData(3, 4, false, "a few seconds left")]
    [InlineData(3, 40, false, "a few seconds left (40 s at most)")]
    [InlineData(41, 52, false, "about 40 s left (50 at most)")]
    [InlineData(50, 130, true, "roughly 50 s left (2 min at most)")]
    [InlineData(240, 420, false, "about 4 min left (7 at most)")]
    [InlineData(240, 250, false, "about 4 min left")]
    [InlineData(7150, 9000, false, "about 2 h 0 min left (2 h 30 min at most)")]
    public void ForecastText_TellsNoMoreThanOneCanRelyOn(double likely, double most, bool rough, string text)
    {
        var forecast = new PipelineForecast { At = Noon, IsRough = rough, End = new TimeLeft(TimeSpan.FromSeconds(likely), TimeSpan.FromSeconds(most)) };

        Assert.Equal(text, ForecastText.Left(forecast, Noon));
        Assert.Equal(text, ForecastText.Left(forecast with { At = Noon.AddSeconds(-30), End = new TimeLeft(TimeSpan.FromSeconds(likely + 30), TimeSpan.FromSeconds(most + 30)) }, Noon));
    }

    [Fact]
    public void ForecastText_TellsTheStagesOrWhyThereIsNoEnd()
    {
        var minutes = new TimeLeft(TimeSpan.FromMinutes(3), TimeSpan.FromMinutes(4));
        var stage = new StageForecast(TaskKind.GenerateVideo, 2, minutes, IsRough: false);

        Assert.Equal(
            "About 3 min left (4 at most): 1 keyframe now, 2 clips in 3 min",
            ForecastText.Line(new PipelineForecast { At = Noon, End = minutes, Stages = [new StageForecast(TaskKind.GenerateKeyframe, 1, default(TimeLeft), IsRough: false), stage] }, Noon));
        Assert.Equal("End not known: no GPU works now", ForecastText.Line(new PipelineForecast { At = Noon, WhyNot = "no GPU works now" }, Noon));
    }

    [Theory]
    [InlineData(80, true)]
    [InlineData(40, false)]
    public void LiveFrame_Forecast_IsShownWhereThereIsRoom(int width, bool shown)
    {
        var terminal = Terminal(out var written, out _, width);

        terminal.Console.Write(LiveFrame.Draw(PipelineState.From(Snapshot(3, PipelineStatus.Active, Task("a", TaskState.Running, 1))), Gpus, TimeSpan.Zero, Noon, width, 24, "", "about 4 min left (7 at most)"));

        Assert.Equal(shown, written.ToString().Contains("about 4 min left (7 at most)", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(80, 24)]
    [InlineData(120, 40)]
    [InlineData(40, 10)]
    public void LiveFrame_ManyRunningTasks_FitsTheTerminal(int width, int height)
    {
        var terminal = Terminal(out var written, out _, width);
        var tasks = Enumerable.Range(0, 60)
            .Select(index => Task($"a very long name of a task that will not fit {index}", index < 50 ? TaskState.Running : TaskState.Pending, index < 50 ? 1 : 0))
            .ToArray();

        terminal.Console.Write(LiveFrame.Draw(PipelineState.From(Snapshot(3, PipelineStatus.Active, tasks)), Gpus, TimeSpan.FromSeconds(61), Noon, width, height, ""));

        var lines = written.ToString().TrimEnd().Split('\n');
        Assert.True(lines.Length < height, $"{lines.Length} lines in a terminal of {height}:\n{written}");
        Assert.All(lines, line => Assert.True(line.TrimEnd().Length <= width, line));
        Assert.Contains("more", written.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void LiveFrame_NamesWithMarkup_AreShownAsTheyAre()
    {
        var terminal = Terminal(out var written, out _);
        var snapshot = Snapshot(3, PipelineStatus.Active, Task("a [red] herring", TaskState.Running, 1));

        terminal.Console.Write(LiveFrame.Draw(PipelineState.From(snapshot), Gpus, TimeSpan.Zero, Noon, 80, 24, "[note]"));

        Assert.Contains("a [red] herring", written.ToString(), StringComparison.Ordinal);
        Assert.Contains("[note]", written.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Waiting_TellsTheReasonOfTheFirstReadyTask()
    {
        var ready = Task("b") with { WaitingFor = "every GPU is busy" };
        var state = PipelineState.From(Snapshot(1, PipelineStatus.Active, Task("a", TaskState.Running, 1), ready, Task("c", dependsOn: "a")));

        Assert.Equal("2 waiting, 1 of them ready: every GPU is busy", LiveFrame.Waiting(state, Noon));
    }

    [Theory]
    [InlineData(0.04, "0.0 s")]
    [InlineData(9.94, "9.9 s")]
    [InlineData(59, "59 s")]
    [InlineData(61, "1:01")]
    [InlineData(3_725, "1:02:05")]
    public void Duration_IsShort(double seconds, string expected) => Assert.Equal(expected, Words.Duration(TimeSpan.FromSeconds(seconds)));

    [Theory]
    [InlineData("plain/path-1.json", "plain/path-1.json")]
    [InlineData("two words", "'two words'")]
    [InlineData("it's", "'it'\\''s'")]
    [InlineData("", "''")]
    public void Quote_MakesOneShellWord(string word, string expected) => Assert.Equal(expected, CommandText.Quote(word));
}
