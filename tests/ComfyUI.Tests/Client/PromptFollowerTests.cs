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
public sealed class PromptFollowerTests
{
    private static readonly ComfyClientOptions Options = new()
    {
        ProgressInterval = TimeSpan.FromMinutes(1),
        LivePollInterval = TimeSpan.FromSeconds(20),
        LivelinessWindow = TimeSpan.FromDays(1),
    };

    [Fact]
    public async Task Follow_NothingWasToldForLong_TheNextStepIsToldAtOnce()
    {
        var time = new ArmedTime();
        await using var comfy = await SimulatedComfy.StartAsync(new SimulatorOptions { TinyMedia = true });
        using var http = new HttpClient(new AlwaysRunning());
        var tracker = new PromptTracker("p", time);
        await using var socket = new ComfySocket(comfy.BaseAddress, Options, time, NullLogger.Instance, _ => { }, () => { });
        using var hold = socket.Hold();
        tracker.Submitted((await socket.WaitAsync(Rig.Patience, CancellationToken.None))!, Parse("""{"1": {"class_type": "KSampler", "inputs": {}}}"""));
        tracker.Apply(Event("execution_start", """{"prompt_id": "p"}"""));
        var log = new ProgressLog();
        using var stop = new CancellationTokenSource();
        var following = new PromptFollower(tracker, new PromptLookup(new ComfyHttp(http, comfy.BaseAddress, time), Options), socket, Options, time, log).FollowAsync(stop.Token);

        // Looks at the queue that bring nothing new.
        for (var look = 0; look < 3; look++)
        {
            await time.ArmedAsync(Options.LivePollInterval);
            time.Advance(Options.LivePollInterval);
        }

        await time.ArmedAsync(Options.LivePollInterval);
        tracker.Apply(Event("progress", """{"prompt_id": "p", "node": "1", "value": 5, "max": 10}"""));

        var told = await log.WaitForAsync(progress => progress.Percent > 0);
        Assert.Equal(2, log.All.Count);
        Assert.Equal(49.95, told.Percent!.Value, 2);
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
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => Task.FromResult(
            new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent("""{"queue_running": [[1, "p", {"1": {"class_type": "KSampler", "inputs": {}}}, {}, ["1"]]], "queue_pending": []}""") });
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
