using System.Net;
using System.Text.Json;
using System.Threading.Channels;

using Continuity.ComfyUI.Client;
using Continuity.ComfyUI.Tests.Support;
using Continuity.Simulator;

using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Continuity.ComfyUI.Tests.Client;

/// <summary>When progress is passed on.</summary>
public sealed class PromptFollowerTests : IDisposable
{
    private const string Step = """{"prompt_id": "p", "node": "1", "value": 5, "max": 10}""";

    private static readonly ComfyClientOptions Options = new()
    {
        ProgressInterval = TimeSpan.FromMinutes(1),
        LivePollInterval = TimeSpan.FromSeconds(20),
        LivelinessWindow = TimeSpan.FromDays(1),
    };

    private readonly ArmedTime _time = new();
    private readonly ProgressLog _log = new();
    private readonly AlwaysRunning _queue = new();

    public void Dispose() => _queue.Dispose();

    [Fact]
    public Task Follow_NothingWasToldForLong_TheNextStepIsToldAtOnce() => FollowAsync(async tracker =>
    {
        // Looks at the queue that bring nothing new.
        for (var look = 0; look < 3; look++)
        {
            await _time.ArmedAsync(Options.LivePollInterval);
            _time.Advance(Options.LivePollInterval);
        }

        await _time.ArmedAsync(Options.LivePollInterval);
        tracker.Apply(Event("progress", Step));

        var told = await _log.WaitForAsync(progress => progress.Percent > 0);
        Assert.Equal(2, _log.All.Count);
        Assert.Equal(49.95, told.Percent!.Value, 2);
    });

    [Fact]
    public Task Follow_EndsSoonAfterAReport_TheHistoryIsLookedAtAtOnce() => FollowAsync(async tracker =>
    {
        await _time.ArmedAsync(Options.LivePollInterval);
        tracker.Apply(Event("progress", Step));
        await _time.ArmedAsync(Options.LivePollInterval);
        var looks = _queue.Looks;
        tracker.Apply(Event("executing", """{"prompt_id": "p", "node": null}"""));

        await _queue.LooksAsync(looks + 1);
    });

    private async Task FollowAsync(Func<PromptTracker, Task> script)
    {
        await using var comfy = await SimulatedComfy.StartAsync(new SimulatorOptions { TinyMedia = true });
        using var http = new HttpClient(_queue);
        var tracker = new PromptTracker("p", _time);
        await using var socket = new ComfySocket(comfy.BaseAddress, Options, _time, NullLogger.Instance, _ => { }, () => { });
        using var hold = socket.Hold();
        tracker.Submitted((await socket.WaitAsync(Rig.Patience, CancellationToken.None))!, Parse("""{"1": {"class_type": "KSampler", "inputs": {}}}"""));
        tracker.Apply(Event("execution_start", """{"prompt_id": "p"}"""));
        using var stop = new CancellationTokenSource();
        var lookup = new PromptLookup(new ComfyHttp(http, comfy.BaseAddress, _time), Options);
        var following = new PromptFollower(tracker, lookup, socket, Options, _time, _log).FollowAsync(stop.Token);

        await script(tracker);

        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => following);
    }

    private static SocketMessage.Event Event(string type, string data) => new(type, "p", Parse(data));

    private static JsonElement Parse(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }

    private sealed class AlwaysRunning : HttpMessageHandler
    {
        private readonly Channel<int> _looks = Channel.CreateUnbounded<int>();
        private int _count;

        public int Looks => Volatile.Read(ref _count);

        public async Task LooksAsync(int count)
        {
            while (await _looks.Reader.ReadAsync().AsTask().WaitAsync(Rig.Patience) < count)
            {
            }
        }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            _looks.Writer.TryWrite(Interlocked.Increment(ref _count));
            return Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK)
            {
                Content = new StringContent("""{"queue_running": [[1, "p", {"1": {"class_type": "KSampler", "inputs": {}}}, {}, ["1"]]], "queue_pending": []}"""),
            });
        }
    }

    // Tells when somebody begins to wait.
    private sealed class ArmedTime : FakeTimeProvider
    {
        private readonly Channel<TimeSpan> _armed = Channel.CreateUnbounded<TimeSpan>();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = base.CreateTimer(callback, state, dueTime, period);
            _armed.Writer.TryWrite(dueTime);
            return timer;
        }

        public async Task ArmedAsync(TimeSpan dueTime)
        {
            while (await _armed.Reader.ReadAsync().AsTask().WaitAsync(Rig.Patience) != dueTime)
            {
            }
        }
    }
}
