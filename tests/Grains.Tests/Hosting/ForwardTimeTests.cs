using Continuity.Grains.Hosting;

using Microsoft.Extensions.DependencyInjection;

namespace Continuity.Grains.Tests.Hosting;

public sealed class ForwardTimeTests
{
    private readonly WallClock _wall = new();
    private readonly ForwardTime _time;

    public ForwardTimeTests() => _time = new ForwardTime(_wall);

    [Fact]
    public void AClockThatNobodySetsIsTheWalls()
    {
        for (var i = 0; i < 3; i++)
        {
            _wall.Pass(TimeSpan.FromSeconds(7));
            Assert.Equal(_wall.GetUtcNow(), _time.GetUtcNow());
        }
    }

    [Fact]
    public void AClockThatIsSetForwardIsFollowedAtOnce()
    {
        _wall.Set(TimeSpan.FromHours(1));

        Assert.Equal(_wall.GetUtcNow(), _time.GetUtcNow());
    }

    [Fact]
    public void AClockThatIsSetBackIsWaitedForWithoutEverGoingBack()
    {
        var before = _time.GetUtcNow();
        _wall.Set(TimeSpan.FromHours(-1));

        Assert.Equal(before, _time.GetUtcNow());
        _wall.Pass(TimeSpan.FromMinutes(10));
        Assert.Equal(before + TimeSpan.FromMinutes(5), _time.GetUtcNow());
        _wall.Pass(TimeSpan.FromMinutes(111));
        Assert.Equal(_wall.GetUtcNow(), _time.GetUtcNow());
    }

    [Fact]
    public async Task ASiloRunsOnIt()
    {
        await using var farm = await Farm.StartAsync(gpus: 0);

        Assert.IsType<ForwardTime>(farm.Services.GetRequiredService<TimeProvider>());
    }

    private sealed class WallClock : TimeProvider
    {
        private TimeSpan _set;
        private TimeSpan _passed;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch.AddYears(50) + _passed + _set;

        public override long GetTimestamp() => _passed.Ticks;

        public void Set(TimeSpan by) => _set += by;

        public void Pass(TimeSpan time) => _passed += time;
    }
}
