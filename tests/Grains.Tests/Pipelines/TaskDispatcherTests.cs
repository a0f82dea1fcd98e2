using System.Reflection;

using Continuity.Engine.Pipelines;
using Continuity.Grains.Hosting;
using Continuity.Grains.Pipelines;
using Continuity.Pipelines;
using Continuity.Tasks;

using Microsoft.Extensions.DependencyInjection;

using Orleans.Timers;

namespace Continuity.Grains.Tests.Pipelines;

public sealed class TaskDispatcherTests
{
    private readonly ManualTimers _timers = new();
    private readonly ContinuityOptions _options = new();

    [Theory]
    [InlineData(true, 1)]
    [InlineData(false, 5)]
    public async Task ATaskThatCouldNotBePlacedIsPlacedAgainAfterADelay(bool mayPass, int seconds)
    {
        var faults = new Queue<Exception>([mayPass ? new SiloUnavailableException("The test stopped the silo.") : new NotSupportedException("The test made no activation.")]);
        await using var grains = await ScriptedGrains.StartAsync((_, _) => faults.TryDequeue(out var fault) ? throw fault : Task.FromResult<object?>(null));
        var dispatcher = Dispatcher(Active(), grains);

        dispatcher.Start();
        Assert.Equal(_options.TicketRefresh, (await _timers.NextAsync()).Due);
        var again = await _timers.NextAsync();
        Assert.Equal(1, grains.Count(nameof(ITaskGrain.StartAsync)));
        Assert.Equal(TimeSpan.FromSeconds(seconds), again.Due);

        await again.FireAsync();
        await grains.UntilAsync(nameof(ITaskGrain.StartAsync), 2);
    }

    [Fact]
    public async Task ACancelThatDidNotReachItsTaskIsRepeated()
    {
        var faults = new Queue<Exception>([new TimeoutException("The test lost the call.")]);
        await using var grains = await ScriptedGrains.StartAsync((method, _) =>
            method == nameof(ITaskGrain.CancelAsync) && faults.TryDequeue(out var fault) ? throw fault : Task.FromResult<object?>(null));
        var state = Active();
        state.Apply(AttemptRules.Begin(state, "k1", new AttemptRecord(1, DateTimeOffset.UnixEpoch), DateTimeOffset.UnixEpoch)!);
        var dispatcher = Dispatcher(state, grains);
        dispatcher.Start();
        var lookAfter = await _timers.NextAsync();
        state.Apply(Assert.IsType<CommandDecision.Change>(CommandRules.Cancel(state, DateTimeOffset.UnixEpoch)).Transition);
        Assert.Equal(PipelineStatus.Cancelling, state.Summary.Status);

        await dispatcher.WithdrawAsync();
        Assert.Equal((1, 0), (grains.Count(nameof(ITaskGrain.CancelAsync)), faults.Count));

        // Of a task that tells of its progress, as this one does.
        Assert.True(dispatcher.Heard(0, attempt: 1));
        await lookAfter.FireAsync();
        await grains.UntilAsync(nameof(ITaskGrain.CancelAsync), 2);
    }

    private static PipelineState Active() => PipelineState.Create(Pipes.Of(Pipes.Keyframe("k1")), DateTimeOffset.UnixEpoch);

    private TaskDispatcher Dispatcher(PipelineState state, ScriptedGrains grains)
    {
        var context = DispatchProxy.Create<IGrainContext, Context>();
        ((Context)(object)context).Services = new ServiceCollection().AddSingleton<ITimerRegistry>(_timers).BuildServiceProvider();
        return new TaskDispatcher(new Pipeline(context), state, grains.Grains, new PipelineWatch(state, TimeProvider.System), _options, TimeProvider.System);
    }

    private sealed class Pipeline(IGrainContext context) : IGrainBase
    {
        public IGrainContext GrainContext => context;
    }

    /// <summary>A grain's surroundings that have timers, and nothing else.</summary>
    public class Context : DispatchProxy
    {
        internal IServiceProvider Services { get; set; } = null!;

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) =>
            targetMethod!.Name == "get_ActivationServices" ? Services : throw new NotSupportedException(targetMethod.Name);
    }
}
