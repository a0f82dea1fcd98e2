using System.Collections.Immutable;

using Continuity.Engine.Faults;
using Continuity.Gpu;
using Continuity.Grains.Hosting;
using Continuity.Tasks;

using Microsoft.Extensions.Logging;

namespace Continuity.Grains.Gpu;

/// <summary>The slots of one GPU that are given out, each as a lease whose epoch grows over activations too.</summary>
internal sealed partial class SlotTable(GpuId gpu, long activation, FarmGrains grains, TimeProvider time, ILogger logger)
{
    /// <summary>For so long a lease may be on its way to its holder, who does not hold it yet.</summary>
    public static readonly TimeSpan Settling = TimeSpan.FromSeconds(10);

    // Longer than a prompt takes to be recorded and sent; what has a large file to upload is not waited for.
    private static readonly TimeSpan PostPatience = TimeSpan.FromSeconds(2);

    private const ConfigureAwaitOptions Quietly = ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext;

    private readonly SortedDictionary<long, Slot> _slots = [];
    private readonly List<EndedPrompt> _ended = [];
    private long _sequence;

    public int Count => _slots.Count;

    /// <summary>
    /// The slots in the order in which their prompts execute: by their numbers in the instance's queue, where one that was given its slot later may have come first; then those that are on their
    /// way.
    /// </summary>
    public IReadOnlyList<Slot> All => [.. _slots.Values.OrderBy(slot => slot.Number).ThenBy(slot => slot.Lease.Epoch)];

    /// <summary>The slot of a lease, if that attempt still has it.</summary>
    public Slot? Of(TicketId ticket, Lease lease) => _slots.TryGetValue(lease.Epoch, out var slot) && slot.Ticket == ticket ? slot : null;

    public bool IsHeldBy(TicketId ticket) => _slots.Values.Any(slot => slot.Ticket == ticket);

    /// <summary>Gives a slot out.</summary>
    /// <param name="ticket">The attempt.</param>
    /// <param name="profileId">Its workflow profile; null for a prompt that is adopted, of which only the task is known.</param>
    /// <param name="address">The address of the GPU's ComfyUI.</param>
    /// <param name="stallAfter">How long its prompt may execute without a sign of progress, where that was learned.</param>
    /// <param name="expected">What its prompt is thought to take.</param>
    /// <param name="models">The files it loads.</param>
    public Lease Give(TicketId ticket, string? profileId, Uri address, TimeSpan? stallAfter, ExpectedTime? expected = null, ImmutableArray<ModelFile> models = default)
    {
        var lease = new Lease(gpu, (activation << 32) + ++_sequence, address, stallAfter, expected, IsStaged: _slots.Count > 0);
        var slot = new Slot(ticket, profileId, lease, time.GetSteadyNow()) { Models = models.IsDefault ? [] : models };
        _slots[lease.Epoch] = slot;
        if (profileId is null)
        {
            // It was posted long ago.
            Posted(slot, double.NegativeInfinity);
        }

        return lease;
    }

    /// <summary>The prompt of a slot stands in the instance's queue.</summary>
    /// <param name="ticket">The attempt.</param>
    /// <param name="lease">The slot.</param>
    /// <param name="number">Its number there: lower goes first. Null when the instance did not tell.</param>
    /// <returns>Whether it came before one that was given its slot earlier.</returns>
    public bool Posted(TicketId ticket, Lease lease, double? number)
    {
        if (Of(ticket, lease) is not { } slot)
        {
            return false;
        }

        Posted(slot, number ?? slot.Number);
        return _slots.Values.Any(other => other.Lease.Epoch < lease.Epoch && other.Number > slot.Number);
    }

    /// <summary>Takes the order from what stands in the instance's queue: of prompts that were there before this activation, nobody else knows it.</summary>
    public void Follow(IEnumerable<QueuedWork> queue)
    {
        foreach (var work in queue)
        {
            // A later attempt may have taken a prompt over.
            if (work.Owner is { } owner && _slots.Values.FirstOrDefault(slot => slot.Ticket.Task == owner.Task) is { } slot)
            {
                slot.Number = work.Runs ? double.NegativeInfinity : work.Number;
            }
        }
    }

    /// <summary>
    /// Waits for prompts that were given a slot and are on their way, where they load other files: were the next prompt to overtake one of them, both would be loaded once more.
    /// </summary>
    public async Task WaitForOthersAsync(ImmutableArray<ModelFile> models)
    {
        foreach (var slot in _slots.Values.Where(slot => !slot.Models.SequenceEqual(models)).ToList())
        {
            var left = slot.Since + PostPatience - time.GetSteadyNow();
            await slot.Posted.Task.WaitAsync(left > TimeSpan.Zero ? left : TimeSpan.Zero, time).ConfigureAwait(Quietly);
        }
    }

    public void Remove(Lease lease) => Take(lease);

    /// <summary>The holder of a lease is done with it.</summary>
    /// <param name="lease">The lease.</param>
    /// <param name="ran">How long its prompt executed, when it succeeded.</param>
    public void End(Lease lease, TimeSpan? ran)
    {
        if (Take(lease) is { } slot)
        {
            _ended.Add(new EndedPrompt(slot.Ticket, ran));
        }
    }

    /// <summary>Adds what the pool alone is told.</summary>
    public GpuStatus Complete(GpuStatus status) => status with { Held = [.. All.Select(slot => slot.Ticket)], Ended = [.. _ended] };

    /// <summary>The pool was told.</summary>
    public void Told(GpuStatus status) => _ended.RemoveAll(ended => status.Ended.Contains(ended));

    /// <summary>The holder has the lease.</summary>
    public void Taken(Lease lease)
    {
        if (_slots.TryGetValue(lease.Epoch, out var slot))
        {
            _slots[lease.Epoch] = slot with { IsTaken = true };
        }
    }

    /// <summary>Takes back all slots of an attempt, which asks for one anew.</summary>
    public void Remove(TicketId ticket)
    {
        foreach (var slot in _slots.Values.Where(slot => slot.Ticket == ticket).ToList())
        {
            Remove(slot.Lease);
        }
    }

    /// <summary>Takes back slots whose holders are gone with their silos; one that still works says so.</summary>
    public async Task DropAbandonedAsync()
    {
        var settled = time.GetSteadyNow() - Settling;
        foreach (var slot in _slots.Values.Where(slot => slot.IsTaken || slot.Since < settled).ToList())
        {
            try
            {
                if (!await grains.Task(slot.Ticket.Task).HoldsAsync(slot.Lease) && Take(slot.Lease) is not null)
                {
                    LogAbandoned(logger, gpu, slot.Ticket.Task);
                }
            }
            catch (Exception exception) when (CallFaults.MayPass(exception))
            {
                LogNoAnswer(logger, exception, gpu, slot.Ticket.Task);
            }
        }
    }

    private static void Posted(Slot slot, double number)
    {
        slot.Number = number;
        slot.Posted.TrySetResult();
    }

    private Slot? Take(Lease lease)
    {
        _slots.Remove(lease.Epoch, out var slot);
        slot?.Posted.TrySetResult();
        return slot;
    }

    [LoggerMessage(2003, LogLevel.Warning, "GPU {GpuId}: {TaskKey} no longer uses its slot; it is given away.")]
    private static partial void LogAbandoned(ILogger logger, GpuId gpuId, TaskKey taskKey);

    [LoggerMessage(2007, LogLevel.Debug, "GPU {GpuId}: whether {TaskKey} still uses its slot is not known, as it did not answer; it keeps it.")]
    private static partial void LogNoAnswer(ILogger logger, Exception exception, GpuId gpuId, TaskKey taskKey);
}

/// <summary>A slot that is given out.</summary>
/// <param name="Ticket">The attempt that has it.</param>
/// <param name="ProfileId">The workflow profile; null for an adopted prompt, of which only the task is known.</param>
/// <param name="Lease">The lease.</param>
/// <param name="Since">Since when.</param>
/// <param name="IsTaken">Whether its holder has said that it has it.</param>
internal sealed record Slot(TicketId Ticket, string? ProfileId, Lease Lease, DateTimeOffset Since, bool IsTaken = false)
{
    /// <summary>The files its prompt loads; none where that is not known.</summary>
    public ImmutableArray<ModelFile> Models { get; init; } = [];

    /// <summary>The number of its prompt in the instance's queue, which executes the lowest first; infinite while that is not known.</summary>
    public double Number { get; set; } = double.PositiveInfinity;

    /// <summary>Ends when the prompt stands in the instance's queue, or never will.</summary>
    public TaskCompletionSource Posted { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}
