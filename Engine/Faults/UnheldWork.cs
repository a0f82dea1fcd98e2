using System.Collections.Immutable;

using Continuity.Tasks;

namespace Continuity.Engine.Faults;

/// <summary>Prompts in a ComfyUI that no slot accounts for.</summary>
/// <param name="Own">Those of this farm: of an earlier run, or sent by an attempt that was given up.</param>
/// <param name="Foreign">How many there are of people, other programs and other farms.</param>
public sealed record UnheldWork(ImmutableArray<QueuedWork> Own, int Foreign)
{
    /// <summary>None.</summary>
    public static UnheldWork None { get; } = new([], 0);

    /// <summary>Why the GPU is busy though it was given no work, in words; <see langword="null"/> when it is not.</summary>
    public string? Reason => (Foreign, Own.Length) switch
    {
        (0, 0) => null,
        (var foreign, 0) => $"busy with {Prompts(foreign)} of others",
        (0, var own) => $"busy with {Prompts(own)} of an earlier run",
        var (foreign, own) => $"busy with {Prompts(foreign)} of others and {own} of an earlier run",
    };

    /// <summary>How many slots these prompts take up.</summary>
    /// <param name="yielding">
    /// Whether others have been there for long: from then on they take up one slot at the most, so that a farm that shares a GPU gets a turn too.
    /// </param>
    /// <returns>The number of slots.</returns>
    public int Slots(bool yielding) => Own.Length + (yielding ? Math.Min(Foreign, 1) : Foreign);

    /// <summary>What is left when an attempt takes over a prompt of its task.</summary>
    /// <param name="task">The task.</param>
    /// <returns>The rest.</returns>
    public UnheldWork Without(TaskKey task) => Own.FirstOrDefault(work => work.Owner?.Task == task) is { } taken ? this with { Own = Own.Remove(taken) } : this;

    private static string Prompts(int count) => count == 1 ? "1 prompt" : $"{count} prompts";
}
