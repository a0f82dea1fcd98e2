using Continuity.Gpu;
using Continuity.Tasks;

namespace Continuity.Engine.Faults;

/// <summary>A prompt that stands in a ComfyUI's queue.</summary>
/// <param name="PromptId">The prompt.</param>
/// <param name="Runs">Whether it runs; else it waits there.</param>
/// <param name="Owner">Who sent it, where that is known: people and other programs attach nothing.</param>
/// <param name="Number">Its place among those that wait: the lowest goes first.</param>
public sealed record QueuedWork(string PromptId, bool Runs, PromptOwner? Owner, double Number = 0);

/// <summary>Who sent a prompt, as attached to it.</summary>
/// <param name="FarmId">The farm: the id of its store.</param>
/// <param name="Ticket">The attempt that sent it. A later attempt may have taken it over.</param>
public sealed record PromptOwner(string FarmId, TicketId Ticket)
{
    /// <summary>The task.</summary>
    public TaskKey Task => Ticket.Task;
}
