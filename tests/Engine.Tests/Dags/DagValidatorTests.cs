using System.Collections.Immutable;

using Continuity.Engine.Dags;
using Continuity.Engine.Tests.Exports;
using Continuity.Pipelines;
using Continuity.Profiles;
using Continuity.Tasks;
using Continuity.Timelines;

namespace Continuity.Engine.Tests.Dags;

public sealed class DagValidatorTests
{
    private static TaskDefinition Task(string id, params string[] dependencies) => new()
    {
        Id = id,
        Kind = TaskKind.Generic,
        Label = id,
        ProfileId = "any",
        Dependencies = [.. dependencies],
    };

    private static PipelineDefinition Pipeline(params TaskDefinition[] tasks) => new()
    {
        Id = new PipelineId("p"),
        Name = "P",
        Tasks = [.. tasks],
        Profiles = [Given.Profile("any", ProfileKind.Generic), Given.Profile("up", ProfileKind.Upscale, "inputVideo")],
    };

    private static ImmutableDictionary<string, TaskInput> Input(string name, TaskInput input) => ImmutableDictionary<string, TaskInput>.Empty.Add(name, input);

    [Fact]
    public void A_diamond_is_good() => Assert.Empty(DagValidator.Validate(Pipeline(Task("a"), Task("b", "a"), Task("c", "a"), Task("d", "b", "c"))));

    [Fact]
    public void A_cycle_is_named_in_order()
    {
        var fault = Assert.Single(DagValidator.Validate(Pipeline(Task("free"), Task("a", "c"), Task("b", "a"), Task("c", "b", "free"))));

        Assert.Equal("$.tasks[1].dependencies", fault.Path);
        Assert.Contains("a → c → b → a", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_fault_is_told_at_once_with_its_place()
    {
        var pipeline = Pipeline(
            Task("a", "a", "aa"),
            Task("a"),
            Task("") with { MaxRetries = -1 },
            Task("d") with { ProfileId = null },
            Task("e") with { ProfileId = "an" },
            Task("f") with { Kind = TaskKind.UpscaleVideo, ProfileId = "up" },
            Task("g") with { Inputs = Input("x", new TaskInput.FromTask("nowhere", TaskOutputKind.Image)) },
            Task("h") with { Inputs = Input("x", new TaskInput.FirstOf([new TaskInput.FromTask("a", TaskOutputKind.Image)])) },
            Task("i", "a") with { Inputs = Input("x", new TaskInput.FromTask("a", TaskOutputKind.Image, -1)) },
            Task("j") with { Inputs = Input("x", new TaskInput.Literal("{}")) },
            Task("k") with { Kind = TaskKind.ExportTimeline, Timeline = new TimelineSpec([new TimelineClip("zzz"), new TimelineClip("a")]) },
            Task("l") with { Kind = TaskKind.ExportTimeline },
            Task("m") with { Kind = TaskKind.GenerateVideo, ProfileId = "up" },
            Task("n") with { Inputs = Input("x", new TaskInput.FirstOf([])) }) with
        { Id = new PipelineId("no/good") };

        Assert.Equal(
            [
                "$.id", "$.tasks[0].dependencies[0]", "$.tasks[0].dependencies[1]", "$.tasks[1].id", "$.tasks[2].id", "$.tasks[2].maxRetries",
                "$.tasks[3].profile", "$.tasks[4].profile", "$.tasks[5].inputs", "$.tasks[6].inputs.x", "$.tasks[7].inputs.x.firstOf[0]", "$.tasks[8].inputs.x",
                "$.tasks[9].inputs.x", "$.tasks[10].timeline.clips[0]", "$.tasks[10].timeline.clips[1]", "$.tasks[11].timeline", "$.tasks[12].profile",
                "$.tasks[13].inputs.x",
            ],
            DagValidator.Validate(pipeline).Select(fault => fault.Path));
    }

    [Fact]
    public void An_empty_pipeline_is_a_fault() => Assert.Equal("$.tasks", Assert.Single(DagValidator.Validate(Pipeline())).Path);

    [Fact]
    public void A_hundred_thousand_tasks_are_checked_without_a_stack() => Assert.Empty(DagValidator.Validate(
        Pipeline([.. Enumerable.Range(0, 100_000).Select(index => index == 0 ? Task("0") : Task($"{index}", $"{index - 1}"))])));
}
