using System.Collections.Immutable;
using System.Reflection;

using Continuity.ComfyUI.Client;
using Continuity.Gpu;
using Continuity.Grains.Hosting;
using Continuity.Grains.Tasks;
using Continuity.Tasks;

using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace Continuity.Grains.Tests.Tasks;

public sealed class PromptFollowerTests : IAsyncLifetime
{
    private static readonly Uri Address = new("http://127.0.0.1:8188/");
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(2);

    private readonly ContinuityOptions _options = new() { StallTimeout = TimeSpan.FromMinutes(1) };
    private readonly ArmedTime _time = new();
    private readonly Comfy _comfy = (Comfy)(object)DispatchProxy.Create<IComfyClient, Comfy>();
    private Task<ImmutableArray<OutputFile>> _following = null!;

    public async Task InitializeAsync()
    {
        var connections = DispatchProxy.Create<IComfyConnections, Connections>();
        ((Connections)(object)connections).Client = (IComfyClient)(object)_comfy;
        var services = new AttemptServices(connections, null!, null!, null!, null!, null!, null!, null!, Options.Create(_options), _time, null!);
        var record = new AttemptRecord(1, DateTimeOffset.UnixEpoch, new GpuId("gpu"), Address, PromptId: "p");
        var follower = new PromptFollower(record, DispatchProxy.Create<IAttemptHost, Host>(), services);
        _following = follower.FollowAsync(new TaskDefinition { Id = "t", Kind = TaskKind.GenerateKeyframe, Label = "Keyframe" }, CancellationToken.None);
        await NextLookAsync();
        Executes(_time.GetSteadyNow());
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task SilenceIsNotHeldAgainstAPromptWhileThisProcessStoodStill()
    {
        var before = _time.GetSteadyNow();

        _time.Advance(_options.StallTimeout * 2);
        await NextLookAsync();

        // What the client knows is as old as the standstill is long.
        Executes(before);
        _time.Advance(Look);
        await NextLookAsync();
        Assert.Equal(0, _comfy.Cancelled);

        _comfy.End.SetResult(new PromptOutcome.Succeeded([new OutputFile("9", "k.png", "", "output")]));
        Assert.Single(await _following.WaitAsync(Patience));
    }

    [Fact]
    public async Task SilenceThatThisProcessSawToTheEndIsHeldAgainstIt()
    {
        for (var passed = TimeSpan.Zero; passed <= _options.StallTimeout; passed += Look)
        {
            await NextLookAsync(Look);
        }

        var fault = await Assert.ThrowsAsync<AttemptFault>(() => _following.WaitAsync(Patience));
        Assert.Equal(FaultClass.Stalled, fault.Fault.Class);
        Assert.Equal(1, _comfy.Cancelled);
    }

    private void Executes(DateTimeOffset lastActivity) =>
        _comfy.Progress!.Report(new PromptProgress { PromptId = "p", Phase = PromptPhase.Executing, IsLive = true, LastActivity = lastActivity });

    private Task NextLookAsync(TimeSpan after)
    {
        _time.Advance(after);
        return NextLookAsync();
    }

    // The follower waits for the time of its next look, or has come to an end.
    private async Task NextLookAsync()
    {
        var armed = _time.ArmedAsync();
        await Task.WhenAny(armed, _following, Task.Delay(Patience, TimeProvider.System));
        Assert.True(armed.IsCompleted || _following.IsCompleted, $"After {Patience} the follower neither waits nor has ended.");
    }

    /// <summary>A ComfyUI in which one prompt executes until the test ends it.</summary>
    public class Comfy : DispatchProxy
    {
        internal TaskCompletionSource<PromptOutcome> End { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        internal IProgress<PromptProgress>? Progress { get; private set; }

        internal int Cancelled { get; private set; }

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
        {
            switch (targetMethod!.Name)
            {
                case "get_Address":
                    return Address;

                case nameof(IComfyClient.FollowAsync):
                    Progress = (IProgress<PromptProgress>?)args![1];
                    return End.Task.WaitAsync((CancellationToken)args[2]!);

                case nameof(IComfyClient.CancelAsync):
                    Cancelled++;
                    return Task.FromResult<Whereabouts>(new Whereabouts.Unknown());

                default:
                    throw new NotSupportedException(targetMethod.Name);
            }
        }
    }

    /// <summary>The connection to it.</summary>
    public class Connections : DispatchProxy
    {
        internal IComfyClient Client { get; set; } = null!;

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => Client;
    }

    /// <summary>A host that has no slot, and learned nothing.</summary>
    public class Host : DispatchProxy
    {
        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => targetMethod!.ReturnType == typeof(Task) ? Task.CompletedTask : null;
    }
}
