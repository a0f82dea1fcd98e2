using Continuity.Gpu;
using Continuity.Grains.Gpu;

namespace Continuity.Grains.Tests.Gpu;

public sealed class PoolMemberTests
{
    private static readonly Uri Address = new("http://127.0.0.1:8188");
    private static readonly GpuId Id = GpuId.FromAddress(Address);

    private readonly PoolMember _member = new(new GpuRegistration(Id, Address, "one"));

    [Fact]
    public void View_NothingChanged_IsNotMadeAgain()
    {
        Assert.Same(_member.View(), _member.View());
    }

    [Fact]
    public void View_FollowsEveryChange()
    {
        Assert.Equal(GpuHealth.Unknown, _member.View().Status.Health);

        _member.Heard(new GpuStatus { Id = Id, Health = GpuHealth.Healthy, Slots = 2 }, default);
        Assert.Equal((GpuHealth.Healthy, 2), (_member.View().Status.Health, _member.View().Status.Slots));

        _member.Given();
        Assert.Equal(1, _member.View().Status.SlotsUsed);

        _member.Mode = GpuMode.Paused;
        Assert.Equal(GpuMode.Paused, _member.View().Status.Mode);

        _member.Described(new GpuCapabilities { Version = "v" }, default);
        Assert.Equal("v", _member.View().Capabilities?.Version);

        _member.Registration = new GpuRegistration(Id, Address, "another");
        Assert.Equal("another", _member.View().Name);
    }
}
