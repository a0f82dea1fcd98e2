using System.Collections.Immutable;

using Continuity.Engine.Pipelines;
using Continuity.Pipelines;
using Continuity.Tasks;

namespace Continuity.Grains.Stores;

/// <summary>
/// Durable pipelines: the definition once, one small row a task, and the history. A change is one transaction, fenced by the pipeline's version: of two
/// writers at the same version one wins, and nothing of the other's change is kept. When a method returns, its change survives the death of the process.
/// </summary>
public interface IPipelineStore
{
    /// <summary>Stores a new pipeline.</summary>
    /// <param name="state">The pipeline at version 1.</param>
    /// <param name="cancellationToken">Gives up waiting; the change may be made all the same.</param>
    /// <returns><see langword="false"/> when there is one under this id; nothing changed then.</returns>
    Task<bool> CreateAsync(PipelineState state, CancellationToken cancellationToken = default);

    /// <summary>Reads a pipeline.</summary>
    /// <param name="id">The pipeline.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>The pipeline, or <see langword="null"/> when there is none.</returns>
    Task<StoredPipeline?> LoadAsync(PipelineId id, CancellationToken cancellationToken = default);

    /// <summary>Stores a transition.</summary>
    /// <param name="transition">The transition; the stored version must be the one before its.</param>
    /// <param name="operationId">The command it carries out, remembered so that a repeated one is recognised.</param>
    /// <param name="cancellationToken">Gives up waiting; the change may be made all the same.</param>
    /// <returns><see langword="false"/> when the stored version is another: the writer is a stale one.</returns>
    Task<bool> SaveAsync(Transition transition, Guid? operationId = null, CancellationToken cancellationToken = default);

    /// <summary>Removes a pipeline with its rows and history.</summary>
    /// <param name="id">The pipeline.</param>
    /// <param name="version">The version it must have.</param>
    /// <param name="cancellationToken">Gives up waiting; the change may be made all the same.</param>
    /// <returns><see langword="false"/> when the stored version is another, or there is none.</returns>
    Task<bool> DeleteAsync(PipelineId id, long version, CancellationToken cancellationToken = default);

    /// <summary>Reads the newest lines of the history.</summary>
    /// <param name="id">The pipeline.</param>
    /// <param name="taskId">Only this task's; <see langword="null"/> for all.</param>
    /// <param name="limit">How many at the most.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>The lines, oldest first.</returns>
    Task<ImmutableArray<TaskEvent>> GetHistoryAsync(PipelineId id, string? taskId, int limit, CancellationToken cancellationToken = default);

    /// <summary>Lists pipelines, newest first. The cost depends on the page, not on how many are stored.</summary>
    /// <param name="query">Which ones.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>One page.</returns>
    Task<PipelinePage> ListAsync(PipelineQuery query, CancellationToken cancellationToken = default);

    /// <summary>Lists the pipelines in which something is to happen, for the recovery sweep: those at no end, paused ones only while tasks of them run on.</summary>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>Their ids.</returns>
    Task<ImmutableArray<PipelineId>> ListUnfinishedAsync(CancellationToken cancellationToken = default);

    /// <summary>Reads the stored version alone, to find out whether a writer is a stale one.</summary>
    /// <param name="id">The pipeline.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>The version, or <see langword="null"/> when there is no such pipeline.</returns>
    Task<long?> GetVersionAsync(PipelineId id, CancellationToken cancellationToken = default);

    /// <summary>The farm's id: random, made once for a store. It tells the files of one farm from those of another on a shared ComfyUI.</summary>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>12 lower-case hexadecimal digits, the same for ever.</returns>
    Task<string> GetFarmIdAsync(CancellationToken cancellationToken = default);

    /// <summary>Tells which artifacts any stored pipeline names: as an input of its definition, or as an output that one of its tasks ever recorded.</summary>
    /// <param name="sha256s">The artifacts asked for.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>Those of them that are named.</returns>
    Task<ImmutableHashSet<string>> FindReferencedAsync(IReadOnlyCollection<string> sha256s, CancellationToken cancellationToken = default);

    /// <summary>Proves by a small durable write that the store can be written.</summary>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>When it is written.</returns>
    /// <exception cref="StoreException">It cannot.</exception>
    Task ProbeWriteAsync(CancellationToken cancellationToken = default);
}

/// <summary>A pipeline as stored.</summary>
/// <param name="Definition">The definition.</param>
/// <param name="Summary">The summary at the stored version.</param>
/// <param name="Rows">The rows, in the order of the definition.</param>
/// <param name="Operations">The newest commands carried out.</param>
public sealed record StoredPipeline(
    PipelineDefinition Definition,
    PipelineSummary Summary,
    ImmutableArray<TaskRow> Rows,
    ImmutableHashSet<Guid> Operations);
