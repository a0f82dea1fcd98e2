using System.Collections.Immutable;

using Continuity.Gpu;
using Continuity.Pipelines;

namespace Continuity.Client;

/// <summary>Why a task waits, or what it does instead.</summary>
/// <param name="Pipeline">Its pipeline.</param>
/// <param name="Task">The task: where it stands, what it does, and why it waits in one line (<see cref="TaskView.WaitingFor"/>).</param>
/// <param name="Unfinished">The tasks that it depends on and that are not completed.</param>
/// <param name="Wait">All about its wait for a GPU; <see langword="null"/> when it does not wait for one.</param>
public sealed record TaskExplanation(PipelineSummary Pipeline, TaskView Task, ImmutableArray<TaskView> Unfinished, TicketWait? Wait);
