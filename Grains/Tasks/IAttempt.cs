using Continuity.Tasks;

namespace Continuity.Grains.Tasks;

/// <summary>One attempt at a task, run by the task's grain.</summary>
internal interface IAttempt
{
    /// <summary>Where the GPU's time went so far, as far as it is known; null for work on the CPU, and before anything was sent.</summary>
    GpuTime? Gpu { get; }

    /// <summary>Runs to the end and reports the result.</summary>
    /// <exception cref="AttemptFault">It failed; the grain reports it.</exception>
    Task RunAsync(CancellationToken cancellationToken);

    /// <summary>Gives its slot back, if that is possible without losing work of the GPU. What cannot be given back now may be asked for again.</summary>
    Task TakeBackAsync(string reason, CancellationToken cancellationToken);

    /// <summary>After a cancellation: leaves nothing behind, then reports.</summary>
    Task CleanUpAsync(CancellationToken cancellationToken);
}
