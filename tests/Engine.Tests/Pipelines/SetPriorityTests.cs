using Continuity.Engine.Pipelines;
using Continuity.Pipelines;
using Continuity.Tasks;

namespace Continuity.Engine.Tests.Pipelines;

public sealed class SetPriorityTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly PipelineState _state = PipelineState.Create(
        new PipelineDefinition { Id = new PipelineId("p"), Name = "test", Tasks = [new TaskDefinition { Id = "t", Kind = TaskKind.Generic, Label = "Task" }] },
        Now);

    [Fact]
    public void ANewPriorityIsStoredAndToldAndLastsUntilTheNext()
    {
        Assert.Equal(PipelinePriority.Normal, _state.Priority);
        Assert.IsType<CommandDecision.Nothing>(CommandRules.SetPriority(_state, PipelinePriority.Normal, Now));

        var change = Assert.IsType<CommandDecision.Change>(CommandRules.SetPriority(_state, PipelinePriority.High, Now)).Transition;
        _state.Apply(change);

        Assert.Equal((PipelinePriority.High, PipelineStatus.Active), (_state.Priority, _state.Summary.Status));
        Assert.Empty(change.Rows);
        var line = Assert.Single(change.Events);
        Assert.Equal(("priority", "The priority is high now; it was normal."), (line.Name, line.Text));
        Assert.IsType<CommandDecision.Nothing>(CommandRules.SetPriority(_state, PipelinePriority.High, Now));

        _state.Apply(((CommandDecision.Change)CommandRules.Pause(_state, Now)).Transition);
        Assert.Equal(PipelinePriority.High, new PipelineState(_state.Definition, _state.Summary, _state.Rows).Priority);
        Assert.IsType<CommandDecision.Refuse>(CommandRules.SetPriority(_state, (PipelinePriority)7, Now));
    }

    [Fact]
    public void APipelineOfAnEarlierVersionHasThePriorityOfItsDefinition()
    {
        var definition = _state.Definition with { Priority = PipelinePriority.Low };

        Assert.Equal(PipelinePriority.Low, new PipelineState(definition, _state.Summary with { Priority = null }, _state.Rows).Summary.Priority);
    }
}
