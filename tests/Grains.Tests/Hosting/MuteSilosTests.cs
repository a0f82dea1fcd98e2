using System.Net;
using System.Reflection;
using System.Threading.Channels;

using Continuity.Grains.Hosting;

using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

using Orleans.Configuration;
using Orleans.Runtime;

namespace Continuity.Grains.Tests.Hosting;

public sealed class MuteSilosTests
{
    private static readonly SiloAddress Me = SiloAddress.New(new IPEndPoint(IPAddress.Loopback, 1), 1);
    private static readonly SiloAddress Mute = SiloAddress.New(new IPEndPoint(IPAddress.Loopback, 2), 1);
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly SignallingTime _time = new();
    private readonly Channel<int> _reads = Channel.CreateUnbounded<int>();
    private readonly List<SiloAddress> _killed = [];
    private int _read;

    [Fact]
    public async Task AReadThatWasGivenUpOnItsWayEndsNothing_AndASilentSiloGoes()
    {
        using var service = new MuteSilos(
            Proxy.Of<IMembershipTable>(_ => ReadAsync()),
            Proxy.Of<IClusterMembershipService>(args =>
            {
                _killed.Add((SiloAddress)args[0]!);
                return Task.FromResult(true);
            }),
            Proxy.Of<ISiloStatusOracle>(_ => Me),
            Options.Create(new ClusterMembershipOptions { IAmAliveTablePublishTimeout = Period }),
            _time,
            NullLogger<MuteSilos>.Instance);
        await service.StartAsync(CancellationToken.None);
        await _time.TimerMade.WaitAsync(Patience);

        // One look is given up, the next notes what it sees; three periods and one are more than a silo may be silent.
        for (var look = 1; look <= 7; look++)
        {
            Assert.Empty(look <= 5 ? _killed : []);
            _time.Advance(Period);
            Assert.Equal(look, await _reads.Reader.ReadAsync().AsTask().WaitAsync(Patience));
        }

        Assert.Contains(Mute, _killed);
        Assert.DoesNotContain(Me, _killed);
        Assert.False(service.ExecuteTask!.IsCompleted);
        await service.StopAsync(CancellationToken.None);
    }

    private Task<MembershipTableData> ReadAsync()
    {
        _reads.Writer.TryWrite(++_read);
        return _read == 1
            ? Task.FromException<MembershipTableData>(new OperationCanceledException("Given up on its way."))
            : Task.FromResult(new MembershipTableData([Entry(Me, _read), Entry(Mute, 0)], new TableVersion(_read, "")));
    }

    private static Tuple<MembershipEntry, string> Entry(SiloAddress silo, int sign) =>
        Tuple.Create(new MembershipEntry { SiloAddress = silo, Status = SiloStatus.Active, IAmAliveTime = DateTime.UnixEpoch.AddSeconds(sign) }, "");

    /// <summary>Tells when somebody waits for it to pass.</summary>
    private sealed class SignallingTime : FakeTimeProvider
    {
        private readonly TaskCompletionSource _made = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task TimerMade => _made.Task;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = base.CreateTimer(callback, state, dueTime, period);
            _made.TrySetResult();
            return timer;
        }
    }

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
