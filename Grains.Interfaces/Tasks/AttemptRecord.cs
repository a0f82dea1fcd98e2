using Continuity.Gpu;

namespace Continuity.Tasks;

/// <summary>One try at a task, recorded durably before anything is sent to a GPU.</summary>
/// <param name="Number">Counts up from 1 over the life of the task; reports that carry an older number are ignored.</param>
/// <param name="StartedAt">When it was recorded.</param>
/// <param name="GpuId">The GPU; <see langword="null"/> for work on the CPU.</param>
/// <param name="GpuAddress">The address of its ComfyUI, so that the prompt can be found even when the GPU is no longer registered.</param>
/// <param name="LeaseEpoch">The epoch of the slot's lease; 0 for work on the CPU.</param>
/// <param name="PromptId">The prompt's id, chosen by us and new for every attempt; <see langword="null"/> for work on the CPU.</param>
/// <param name="Seed">The seed that is sent, where the workflow takes one.</param>
/// <param name="Silo">The silo that began it, as Orleans addresses it: when it is known to be gone, nothing of it can be on its way any more.</param>
/// <param name="Expected">What it was thought to take on that GPU.</param>
/// <param name="Gpu">Where the GPU's time went, once it has ended; <see langword="null"/> before, and for work on the CPU.</param>
/// <param name="WaitingSince">When it began to wait for its slot; <see langword="null"/> for work on the CPU.</param>
[GenerateSerializer, Immutable, Alias("continuity.attempt")]
public sealed record AttemptRecord(
    [property: Id(0)] int Number,
    [property: Id(1)] DateTimeOffset StartedAt,
    [property: Id(2)] GpuId? GpuId = null,
    [property: Id(3)] Uri? GpuAddress = null,
    [property: Id(4)] long LeaseEpoch = 0,
    [property: Id(5)] string? PromptId = null,
    [property: Id(6)] long? Seed = null,
    [property: Id(7)] string? Silo = null,
    [property: Id(8)] ExpectedTime? Expected = null,
    [property: Id(9)] GpuTime? Gpu = null,
    [property: Id(10)] DateTimeOffset? WaitingSince = null);
