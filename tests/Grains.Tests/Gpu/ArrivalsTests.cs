using Continuity.Grains.Gpu;

using Microsoft.Extensions.Time.Testing;

namespace Continuity.Grains.Tests.Gpu;

public sealed class ArrivalsTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly Arrivals _arrivals;

    public ArrivalsTests() => _arrivals = new Arrivals(_time);

    [Fact]
    public async Task TheyEndAMomentAfterTheLastOne()
    {
        _arrivals.Came();
        var end = _arrivals.EndAsync();
        _time.Advance(Arrivals.Quiet / 2);
        _arrivals.Came();
        _time.Advance(Arrivals.Quiet / 2);
        Assert.False(end.IsCompleted);

        _time.Advance(Arrivals.Quiet / 2);
        await end;
    }

    [Fact]
    public async Task ThoseThatNeverEndAreNotWaitedFor()
    {
        _arrivals.Came();
        var end = _arrivals.EndAsync();
        for (var waited = TimeSpan.Zero; waited <= Arrivals.Longest; waited += Arrivals.Quiet / 2)
        {
            Assert.False(end.IsCompleted, $"after {waited}");
            _arrivals.Came();
            _time.Advance(Arrivals.Quiet / 2);
        }

        await end;
    }
}
