using Continuity.Engine.Pipelines;
using Continuity.Pipelines;
using Continuity.Tasks;

namespace Continuity.Engine.Tests.Pipelines;

public sealed class WaitingForTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly PipelineState _state = PipelineState.Create(
        new PipelineDefinition { Id = new PipelineId("p"), Name = "test", Tasks = [Task("a"), Task("b"), Task("c"), Task("d", "a"), Task("e", "a", "b", "c")] },
        Now);

    [Fact]
    public void ATaskNamesWhatItWaitsFor()
    {
        Assert.Equal("waits for Task a", Of(3));
        Assert.Equal("waits for Task a and Task b, and 1 more", Of(4));
        Assert.Equal("2 ahead of it for 1 GPU", Of(0, live: "2 ahead of it for 1 GPU"));
        Assert.Equal("about to start", Of(0));
        Assert.Equal("nothing runs the pipeline now (continuity resume p)", Of(0, isDriven: false));
    }

    [Fact]
    public void OneThatIsTriedAgainSaysWhen()
    {
        _state.Apply(AttemptRules.Begin(_state, "a", new AttemptRecord(1, Now), Now)!);
        _state.Apply(AttemptRules.Fail(_state, "a", 1, new TaskFault(FaultClass.Node, "node failed"), Now)!);
        Assert.NotNull(_state.Rows[0].NotBefore);

        Assert.StartsWith("tried again at 12:00:", Of(0), StringComparison.Ordinal);
        Assert.EndsWith(" UTC after: node failed", Of(0), StringComparison.Ordinal);
    }

    [Fact]
    public void OneOfAPausedPipelineSaysHowToGoOn()
    {
        _state.Apply(((CommandDecision.Change)CommandRules.Pause(_state, Now)).Transition);

        Assert.Equal("the pipeline is paused (continuity resume p)", Of(0));
    }

    private string Of(int index, string? live = null, bool isDriven = true) => WaitingFor.Of(_state, index, live, isDriven, Now);

    private static TaskDefinition Task(string id, params string[] after) => new() { Id = id, Kind = TaskKind.Generic, Label = $"Task {id}", Dependencies = [.. after] };
}
