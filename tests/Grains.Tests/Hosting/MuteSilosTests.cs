using System.Net;
using System.Reflection;

using Continuity.Grains.Hosting;

using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

using Orleans.Configuration;
using Orleans.Runtime;

namespace Continuity.Grains.Tests.Hosting;

public sealed class MuteSilosTests
{
    private static readonly SiloAddress Me = SiloAddress.New(new IPEndPoint(IPAddress.Loopback, 1), 1);
    private static readonly SiloAddress Mute = SiloAddress.New(new IPEndPoint(IPAddress.Loopback, 2), 1);
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Again = TimeSpan.FromSeconds(1);

    private readonly ArmedTime _time = new();
    private readonly List<SiloAddress> _killed = [];
    private DateTime _written;
    private int _failing;
    private bool _isArmed;

    [Fact]
    public async Task AReadThatWasGivenUpOnItsWayEndsNothing_AndASilentSiloGoes()
    {
        using var service = Service();
        await service.StartAsync(CancellationToken.None);

        // One look is given up and made again soon, the next notes what it sees; three periods and one are more than a silo may be silent.
        _failing = 1;
        await LookAsync(Period);
        await LookAsync(Again);
        for (var look = 1; look <= 4; look++)
        {
            Assert.Empty(look <= 3 ? _killed : []);
            await LookAsync(Period);
        }

        Assert.Equal([Mute], _killed);
        Assert.False(service.ExecuteTask!.IsCompleted);
        await service.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task AfterAnOutageOfTheDatabase_TheOwnSignIsWrittenSoon_AndNobodyIsJudgedByTheTimeBefore()
    {
        using var service = Service();
        await service.StartAsync(CancellationToken.None);
        await LookAsync(Period);
        await LookAsync(Period);
        await LookAsync(Period);
        var before = _written;
        _failing = 2;
        await LookAsync(Period);
        await LookAsync(Again);
        Assert.Equal(before, _written);

        await LookAsync(Again);
        await LookAsync(Period);

        Assert.True(_written > before);
        Assert.Empty(_killed);
        await service.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task ASiloThatStoodStillItself_JudgesNobodyByWhatItMissed()
    {
        using var service = Service();
        await service.StartAsync(CancellationToken.None);

        // The other one's sign is seen, then nothing is looked at for longer than anybody may be silent. Three looks later it may be judged again, not before.
        foreach (var wait in new[] { 1, 1, 4, 1, 1, 1 })
        {
            await LookAsync(Period * wait);
            Assert.Empty(_killed);
        }

        await service.StopAsync(CancellationToken.None);
    }

    // Lets the time pass until a look, and waits for its end, which is the wait for the next one.
    private async Task LookAsync(TimeSpan wait)
    {
        if (!_isArmed)
        {
            await _time.ArmedAsync();
            _isArmed = true;
        }

        _time.Advance(wait);
        await _time.ArmedAsync();
    }

    private MuteSilos Service() => new(
        Proxy.Of<IMembershipTable>(args => args[0] is MembershipEntry mine ? WriteAsync(mine) : ReadAsync()),
        Proxy.Of<IClusterMembershipService>(args =>
        {
            _killed.Add((SiloAddress)args[0]!);
            return Task.FromResult(true);
        }),
        Proxy.Of<ISiloStatusOracle>(_ => Me),
        Options.Create(new ClusterMembershipOptions { IAmAliveTablePublishTimeout = Period }),
        _time,
        NullLogger<MuteSilos>.Instance);

    private Task WriteAsync(MembershipEntry mine)
    {
        Assert.Equal(Me, mine.SiloAddress);
        if (_failing-- > 0)
        {
            return Task.FromException(new OperationCanceledException("Given up on its way."));
        }

        _written = mine.IAmAliveTime;
        return Task.CompletedTask;
    }

    private Task<MembershipTableData> ReadAsync() => Task.FromResult(new MembershipTableData([Entry(Me, _written), Entry(Mute, DateTime.UnixEpoch)], new TableVersion(1, "")));

    private static Tuple<MembershipEntry, string> Entry(SiloAddress silo, DateTime sign) =>
        Tuple.Create(new MembershipEntry { SiloAddress = silo, Status = SiloStatus.Active, IAmAliveTime = sign }, "");

    /// <summary>Answers every call the same way.</summary>
    public class Proxy : DispatchProxy
    {
        private Func<object?[], object?> _answer = null!;

        public static T Of<T>(Func<object?[], object?> answer)
            where T : class
        {
            var made = Create<T, Proxy>();
            ((Proxy)(object)made)._answer = answer;
            return made;
        }

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => _answer(args ?? []);
    }
}
