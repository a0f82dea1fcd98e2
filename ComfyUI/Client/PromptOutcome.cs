using System.Collections.Immutable;

using Continuity.Tasks;

namespace Continuity.ComfyUI.Client;

/// <summary>How a prompt ended. A closed set: <see cref="Succeeded"/>, <see cref="Failed"/>, <see cref="Interrupted"/>, <see cref="Lost"/>.</summary>
public abstract record PromptOutcome
{
    private PromptOutcome()
    {
    }

    /// <summary>The instance says it succeeded. Check that the files you expect are among the outputs, and can be opened.</summary>
    /// <param name="Outputs">The files: those in the output folder first, then previews; may be empty.</param>
    /// <param name="Ran">How long it executed by ComfyUI's own clock, loading included, where its history tells.</param>
    public sealed record Succeeded(ImmutableArray<OutputFile> Outputs, TimeSpan? Ran = null) : PromptOutcome;

    /// <summary>A node failed, or ComfyUI did.</summary>
    /// <param name="Fault">What happened, without the GPU's id, which the caller knows.</param>
    /// <param name="Ran">How long it executed until then by ComfyUI's own clock, where its history tells.</param>
    public sealed record Failed(TaskFault Fault, TimeSpan? Ran = null) : PromptOutcome;

    /// <summary>Somebody interrupted it.</summary>
    /// <param name="Ran">How long it executed until then by ComfyUI's own clock, where its history tells.</param>
    public sealed record Interrupted(TimeSpan? Ran = null) : PromptOutcome;

    /// <summary>The instance does not know it any more: deleted, or forgotten in a restart.</summary>
    public sealed record Lost : PromptOutcome;
}
