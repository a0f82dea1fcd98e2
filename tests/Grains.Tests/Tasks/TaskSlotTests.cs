using Continuity.Gpu;
using Continuity.Grains.Tasks;
using Continuity.Pipelines;
using Continuity.Tasks;

using Microsoft.Extensions.Logging.Abstractions;

namespace Continuity.Grains.Tests.Tasks;

public sealed class TaskSlotTests
{
    private static readonly Uri Address = new("http://127.0.0.1:8188/");

    [Fact]
    public async Task ASlotIsConfirmedOnceAtATime()
    {
        var answer = new TaskCompletionSource<object?>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var grains = await ScriptedGrains.StartAsync((method, _) => method switch
        {
            nameof(IGpuQueueGrain.AdoptAsync) => Task.FromResult<object?>(new Lease(new GpuId("gpu"), 1, Address)),
            nameof(IGpuQueueGrain.ConfirmAsync) => answer.Task,
            _ => throw new NotSupportedException(method),
        });
        var services = new AttemptServices(null!, null!, null!, null!, null!, null!, new Persistently(TimeProvider.System), null!, null!, TimeProvider.System, null!);
        var slot = new TaskSlot(new TaskKey(new PipelineId("p"), "t"), services, grains.Grains, NullLogger<TaskGrain>.Instance);
        await slot.AdoptAsync(new AttemptRecord(1, DateTimeOffset.UnixEpoch, new GpuId("gpu"), Address), CancellationToken.None);

        Task[] both = [slot.ConfirmAsync(), slot.ConfirmAsync()];
        await grains.UntilAsync(nameof(IGpuQueueGrain.ConfirmAsync), 1);
        answer.SetResult(false);
        await Task.WhenAll(both);

        // Each that was told "not in the books" would have taken the slot up again: a second one on the GPU.
        Assert.Equal(1, grains.Count(nameof(IGpuQueueGrain.ConfirmAsync)));
        Assert.Equal(2, grains.Count(nameof(IGpuQueueGrain.AdoptAsync)));
        await slot.ConfirmAsync();
        Assert.Equal(2, grains.Count(nameof(IGpuQueueGrain.ConfirmAsync)));
    }
}
