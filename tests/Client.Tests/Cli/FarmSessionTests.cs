using System.Threading.Channels;

using Continuity.Cli;
using Continuity.Cli.Commands;
using Continuity.Cli.Hosting;
using Continuity.Grains.Hosting;

using Microsoft.Extensions.Time.Testing;

namespace Continuity.Client.Tests.Cli;

public sealed class FarmSessionTests : IDisposable
{
    private static readonly TimeSpan Check = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly TemporaryFolder _folder = new();
    private readonly DataDirectory _data;

    public FarmSessionTests() => _data = new DataDirectory(Path.Combine(_folder.Path, "data"));

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task ASessionIsGivenBackOnlyOnce()
    {
        var holder = new SessionHolder(await FarmSession.OpenAsync(Invocation(TimeProvider.System), [], CancellationToken.None));
        Assert.True(holder.Current.IsOwner);

        await Assert.ThrowsAsync<UsageException>(() => holder.ReplaceAsync(() => throw new UsageException("The test let no other session take its place.")));
        Assert.False(_data.IsOwned());

        // The command ends, and with it the session that it held to the end.
        await holder.DisposeAsync();
    }

    [Fact]
    public async Task AnOwnerThatIsGoneIsNoticedAndOneThatIsReplacedIsNot()
    {
        var time = new ArmedTime();
        var ownership = _data.TryOwn();
        await using var owner = await EmbeddedSilo.StartAsync(Invocation(TimeProvider.System), CancellationToken.None);
        owner.Endpoint.Write(_data);
        await using var session = await FarmSession.OpenAsync(Invocation(time), [], CancellationToken.None);
        Assert.False(session.IsOwner);
        await time.UntilCheckAsync();

        ownership!.Dispose();
        await PassAsync(checks: 5);
        using (_data.TryOwn())
        {
            await PassAsync(checks: 2);
        }

        await PassAsync(checks: 5);
        Assert.False(session.OwnerGone.IsCancellationRequested);

        var gone = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var told = session.OwnerGone.Register(gone.SetResult);
        time.Advance(Check);
        await gone.Task.WaitAsync(Patience);

        async Task PassAsync(int checks)
        {
            for (var i = 0; i < checks; i++)
            {
                time.Advance(Check);
                await time.UntilCheckAsync();
            }
        }
    }

    private Invocation Invocation(TimeProvider time) => new(Fixtures.Terminal(out _, out _), time, _data, Cluster: null, Json: false, Verbose: false);

    /// <summary>Tells when the next check of the owner waits for its time.</summary>
    private sealed class ArmedTime : FakeTimeProvider
    {
        private readonly Channel<bool> _armed = Channel.CreateUnbounded<bool>();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = base.CreateTimer(callback, state, dueTime, period);
            if (dueTime == Check)
            {
                _armed.Writer.TryWrite(true);
            }

            return timer;
        }

        public async Task UntilCheckAsync()
        {
            var armed = _armed.Reader.ReadAsync().AsTask();
            await Task.WhenAny(armed, Task.Delay(Patience, TimeProvider.System));
            Assert.True(armed.IsCompleted, $"The owner was not looked for within {Patience}.");
        }
    }
}
