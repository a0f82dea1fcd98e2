using System.Collections.Immutable;

using Continuity.Chaos.Journals;
using Continuity.Chaos.Watching;
using Continuity.Pipelines;
using Continuity.Tasks;

namespace Continuity.Chaos.Checks;

/// <summary>All that can be seen from outside after a run.</summary>
/// <param name="Pipelines">The pipelines that were submitted and accepted.</param>
/// <param name="Stories">What the GPUs' journals tell of those pipelines' prompts.</param>
/// <param name="LeftInQueues">Prompts that still stand in a GPU's queue, of whatever pipeline.</param>
/// <param name="PromptsFail">How many prompts the fault made fail at the most, so that as many executions of the same tasks are right.</param>
public sealed record RunEvidence(
    ImmutableArray<PipelineEvidence> Pipelines,
    ImmutableArray<PromptStory> Stories,
    ImmutableArray<string> LeftInQueues,
    int PromptsFail);

/// <summary>All that can be seen of a pipeline.</summary>
/// <param name="Definition">What was accepted.</param>
/// <param name="Snapshot">What the cluster tells of it; <see langword="null"/> when it knows of none.</param>
/// <param name="Stored">What the database itself holds; <see langword="null"/> when it holds nothing.</param>
/// <param name="History">Its history, oldest first.</param>
/// <param name="Watch">What a watcher saw.</param>
/// <param name="BrokenArtifacts">Recorded files that the store does not hold, or holds with other bytes.</param>
public sealed record PipelineEvidence(
    PipelineDefinition Definition,
    PipelineSnapshot? Snapshot,
    StoredStand? Stored,
    ImmutableArray<TaskEvent> History,
    WatchRecord Watch,
    ImmutableArray<string> BrokenArtifacts);
