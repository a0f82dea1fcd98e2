using System.Text.Json;

using Continuity.Cli.Output;
using Continuity.Gpu;
using Continuity.Pipelines;
using Continuity.Tasks;

using Microsoft.Extensions.Time.Testing;

using static Continuity.Client.Tests.Cli.Fixtures;

namespace Continuity.Client.Tests.Cli;

public sealed class WhyTextTests
{
    private static readonly GpuNames Gpus = new([new GpuRegistration(new GpuId("127.0.0.1:8188"), new Uri("http://127.0.0.1:8188/"), "big one")]);

    private static readonly TicketWait Wait = new()
    {
        Ticket = new TicketId(new TaskKey(new PipelineId("p1"), "a"), 1),
        Reason = "12 ahead of it for 1 GPU",
        Since = Noon.AddMinutes(-2),
        AheadOfHigherPriority = 2,
        AheadOfSamePriority = 10,
        ExpectedStart = Noon.AddSeconds(130),
        ExpectedGpu = new GpuId("127.0.0.1:8188"),
        PassedOverSince = Noon.AddMinutes(-1),
        PassedOverUntil = Noon.AddMinutes(29),
        Priority = PipelinePriority.Normal,
        Gpus =
        [
            new GpuRefusal(
                new GpuId("127.0.0.1:8188"),
                GpuRefusalKind.Busy,
                "runs p1/video-s-1, for about 40 s more; would load wan2.2_i2v_high_noise_14B_fp8_scaled.safetensors (about 25 s)",
                Noon.AddSeconds(40),
                ["wan2.2_i2v_high_noise_14B_fp8_scaled.safetensors"],
                TimeSpan.FromSeconds(25)),
            new GpuRefusal(new GpuId("10.0.0.7:8188"), GpuRefusalKind.Paused, "is paused (continuity gpus resume 10.0.0.7:8188)", null, [], TimeSpan.Zero),
        ],
    };

    private readonly FakeTimeProvider _time = new(Noon);

    [Fact]
    public void OneThatWaitsForAGpuTellsAllOfIt()
    {
        var answer = Of(Task("a"), wait: Wait);

        Assert.Equal(
            [
                ("state", "waits for a GPU, since 11:58:00: 12 ahead of it for 1 GPU"),
                ("place", "12 ahead of it: 2 of a higher priority, 10 of its own (normal)"),
                ("starts", "in about 2 min, at 12:02:10, probably on big one"),
                ("passed", "since 11:59:00 younger tasks of its pipeline go before it, as their models are loaded; until 12:29:00 at the latest"),
            ],
            Lines(answer));
        Assert.Equal(("starts", "not before a GPU works that can run it"), Lines(answer with { Wait = Wait with { ExpectedStart = null } })[2]);
    }

    [Theory]
    [InlineData(80)]
    [InlineData(120)]
    public void TheWholeAnswerFitsTheTerminal(int width)
    {
        var terminal = Terminal(out var written, out _, width);

        WhyText.Write(terminal, Of(Task("a"), wait: Wait), Gpus, _time);

        Assert.All(written.ToString().Split(Environment.NewLine), line => Assert.True(line.TrimEnd().Length <= width, line));
        Assert.Contains("big one", written.ToString(), StringComparison.Ordinal);
        Assert.Contains("is paused", written.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void OneThatDoesNotWaitTellsWhatItDoes()
    {
        Assert.Equal(("state", "runs on big one since 12:00:00, attempt 2: executing 40 %"), Assert.Single(Lines(Of(Task("a", TaskState.Running, attempts: 2, gpu: "127.0.0.1:8188") with
        {
            Live = new TaskProgress("a", 2, TaskPhase.Executing, 40, new GpuId("127.0.0.1:8188")),
        }))));
        Assert.Equal([("state", "failed on CPU: no luck"), ("try again", "continuity retry p1 a")], Lines(Of(Task("a", TaskState.Failed, attempts: 1, fault: "no luck"))));
        Assert.Equal(("state", "skipped: not started"), Assert.Single(Lines(Of(Task("a", TaskState.Skipped, fault: "not started")))));
        var done = Task("a", TaskState.Completed, attempts: 1);
        Assert.Equal(("state", "completed on CPU in 9.0 s"), Assert.Single(Lines(Of(done with { Row = done.Row with { CompletedAt = Noon.AddSeconds(9) } }))));
    }

    [Fact]
    public void OneThatWaitsForOthersOrForItsNextTrySaysSo()
    {
        var terminal = Terminal(out var written, out _, 120);
        WhyText.Write(terminal, Of(Task("b", dependsOn: "a") with { WaitingFor = "waits for Label of a" }, Task("a") with { WaitingFor = "the pipeline is paused (continuity resume p1)" }), Gpus, _time);
        Assert.Contains("waits for Label of a", written.ToString(), StringComparison.Ordinal);
        Assert.Contains("the pipeline is paused (continuity resume p1)", written.ToString(), StringComparison.Ordinal);

        var failed = Task("a", attempts: 1, fault: "no luck");
        Assert.Equal(("state", "is tried again in about 30 s, at 12:00:30, after: no luck"), Assert.Single(Lines(Of(failed with { Row = failed.Row with { NotBefore = Noon.AddSeconds(30) } }))));
    }

    [Fact]
    public void APipelineTellsOfEachTaskThatWaitsInALine()
    {
        var waits = Task("b") with { WaitingFor = "3 ahead of it for 2 GPUs", Live = new TaskProgress("b", 1, TaskPhase.Waiting, ExpectedStart: Noon.AddSeconds(40)) };
        var pipeline = Snapshot(3, PipelineStatus.Active, Task("a", TaskState.Running, 1), waits, Task("c", dependsOn: "b") with { WaitingFor = "waits for Label of b" });
        var terminal = Terminal(out var written, out _, 100);

        WhyText.Write(terminal, pipeline, Noon);

        var lines = written.ToString().Split(Environment.NewLine).Select(line => line.Trim()).ToList();
        Assert.Contains(lines, line => line.StartsWith("Label of b [b]", StringComparison.Ordinal) && line.Contains("in about 40 s", StringComparison.Ordinal) && line.EndsWith("3 ahead of it for 2 GPUs", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.StartsWith("Label of c [c]", StringComparison.Ordinal) && line.EndsWith("waits for Label of b", StringComparison.Ordinal));
        Assert.DoesNotContain(lines, line => line.StartsWith("Label of a", StringComparison.Ordinal));
        Assert.Contains("All about one of them: continuity why p1 TASK", lines);

        terminal = Terminal(out written, out _);
        WhyText.Write(terminal, Snapshot(3, PipelineStatus.Active, Task("a", TaskState.Running, 1)), Noon);
        Assert.Contains("Nothing waits: 1 task at work.", written.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Json_TellsTheSame()
    {
        var terminal = Terminal(out var written, out _);

        WhyText.WriteJson(terminal, Of(Task("a"), wait: Wait), Gpus);

        using var json = JsonDocument.Parse(written.ToString());
        var answer = json.RootElement;
        Assert.Equal(("p1", "active", "a", "pending"), (Text("id"), Text("status"), Text("task"), Text("state")));
        Assert.Equal((2, 10), (answer.GetProperty("aheadOfHigherPriority").GetInt32(), answer.GetProperty("aheadOfSamePriority").GetInt32()));
        Assert.Equal(["busy", "paused"], answer.GetProperty("gpus").EnumerateArray().Select(gpu => gpu.GetProperty("kind").GetString()));

        string? Text(string name) => answer.GetProperty(name).GetString();
    }

    [Fact]
    public void ShowAndTheLivePictureTellWhenATaskIsExpectedToStart()
    {
        var waits = Task("b") with
        {
            WaitingFor = "3 ahead of it for 2 GPUs",
            Live = new TaskProgress("b", 1, TaskPhase.Waiting, Detail: "3 ahead of it for 2 GPUs", ExpectedStart: Noon.AddSeconds(40)),
        };

        Assert.Equal("3 ahead of it for 2 GPUs; starts in about 40 s", TaskTable.Reason(waits, Noon));
        Assert.Equal("3 ahead of it for 2 GPUs", TaskTable.Reason(waits, Noon.AddMinutes(1)));
        Assert.Equal(
            "1 waiting, 1 of them ready: 3 ahead of it for 2 GPUs; starts in about 40 s",
            LiveFrame.Waiting(PipelineState.From(Snapshot(1, PipelineStatus.Active, waits)), Noon));
    }

    private static TaskExplanation Of(TaskView task, TaskView? unfinished = null, TicketWait? wait = null) =>
        new(Summary(3, PipelineStatus.Active, task), task, unfinished is null ? [] : [unfinished], wait);

    private static List<(string Name, string Text)> Lines(TaskExplanation answer) => [.. WhyText.Lines(answer, Gpus, Noon, TimeZoneInfo.Utc)];
}
