using Continuity.Grains.Media;
using Microsoft.Extensions.Options;

namespace Continuity.Grains.Tests.Media;

public sealed class CpuSlotsTests
{
    private readonly CpuSlots _slots = new(Options.Create(new MediaOptions { CpuSlots = 1 }));

    [Fact]
    public async Task Enter_WhenTaken_WaitsInOrder()
    {
        var first = await _slots.EnterAsync(CancellationToken.None);
        var second = _slots.EnterAsync(CancellationToken.None);
        var third = _slots.EnterAsync(CancellationToken.None);
        Assert.Equal((false, false, 2), (second.IsCompleted, third.IsCompleted, _slots.Waiting));

        first.Dispose();
        var turn = await second;
        Assert.False(third.IsCompleted);

        turn.Dispose();
        (await third).Dispose();
        Assert.Equal(0, _slots.Waiting);
    }

    [Fact]
    public async Task Enter_CancelledWhileItWaits_DoesNotHoldUpTheNext()
    {
        using var stop = new CancellationTokenSource();
        var first = await _slots.EnterAsync(CancellationToken.None);
        var second = _slots.EnterAsync(stop.Token);
        var third = _slots.EnterAsync(CancellationToken.None);

        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        first.Dispose();

        (await third).Dispose();
    }

    [Fact]
    public async Task Dispose_Twice_FreesOneSlot()
    {
        var first = await _slots.EnterAsync(CancellationToken.None);
        first.Dispose();
        first.Dispose();

        using var second = await _slots.EnterAsync(CancellationToken.None);

        Assert.False(_slots.EnterAsync(CancellationToken.None).IsCompleted);
    }
}
