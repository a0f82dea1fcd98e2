using System.Collections.Immutable;
using System.Globalization;

using Continuity.Engine.Faults;
using Continuity.Gpu;
using Continuity.Pipelines;
using Continuity.Tasks;

namespace Continuity.Grains.Tasks;

/// <summary>What is attached to a prompt, so that whoever finds it in a ComfyUI knows whose it is.</summary>
internal static class PromptTags
{
    private const string Farm = "continuity_farm";
    private const string Pipeline = "continuity_pipeline";
    private const string Task = "continuity_task";
    private const string Attempt = "continuity_attempt";

    public static ImmutableDictionary<string, string> Of(string farmId, TicketId ticket) => ImmutableDictionary<string, string>.Empty
        .Add(Farm, farmId)
        .Add(Pipeline, ticket.Task.Pipeline.Value)
        .Add(Task, ticket.Task.TaskId)
        .Add(Attempt, ticket.Attempt.ToString(CultureInfo.InvariantCulture));

    /// <summary>Reads the tags; null when they are not those of a farm like this one.</summary>
    public static PromptOwner? Read(ImmutableDictionary<string, string> tags) =>
        tags.GetValueOrDefault(Farm) is { } farm
        && tags.GetValueOrDefault(Pipeline) is { } pipeline && PipelineId.IsValid(pipeline)
        && tags.GetValueOrDefault(Task) is { Length: > 0 } task
        && int.TryParse(tags.GetValueOrDefault(Attempt), NumberStyles.None, CultureInfo.InvariantCulture, out var attempt)
            ? new PromptOwner(farm, new TicketId(new TaskKey(new PipelineId(pipeline), task), attempt))
            : null;
}
