using Continuity.Grains.Hosting;

using Microsoft.Extensions.DependencyInjection;

using Orleans.TestingHost;

namespace Continuity.Grains.Tests;

/// <summary>The grains as those see them who call them. No call arrives: the test answers each one, in order, and so decides what goes wrong and for how long.</summary>
internal sealed class ScriptedGrains : IOutgoingGrainCallFilter, IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly Lock _lock = new();
    private readonly List<string> _calls = [];
    private readonly Func<string, string, Task<object?>> _answer;
    private InProcessTestCluster _cluster = null!;
    private TaskCompletionSource _called = NewSignal();

    private ScriptedGrains(Func<string, string, Task<object?>> answer) => _answer = answer;

    public FarmGrains Grains { get; private set; } = null!;

    /// <summary>Starts it.</summary>
    /// <param name="answer">Takes the method and the key of the grain; returns what the method does.</param>
    public static async Task<ScriptedGrains> StartAsync(Func<string, string, Task<object?>> answer)
    {
        var script = new ScriptedGrains(answer);
        var builder = new InProcessTestClusterBuilder(1);
        builder.ConfigureClient(client => client.Services.AddSingleton<IOutgoingGrainCallFilter>(script));
        script._cluster = builder.Build();
        await script._cluster.DeployAsync();
        script.Grains = new FarmGrains(script._cluster.Client);
        return script;
    }

    /// <summary>How often a method was called, of whichever grain.</summary>
    public int Count(string method) => Calls().Count(call => call.StartsWith($"{method} ", StringComparison.Ordinal));

    /// <summary>Waits for calls of a method; says which there were when they do not come.</summary>
    public async Task UntilAsync(string method, int count)
    {
        using var timeout = new CancellationTokenSource(Patience);
        while (true)
        {
            Task called;
            lock (_lock)
            {
                called = _called.Task;
            }

            if (Count(method) >= count)
            {
                return;
            }

            await called.WaitAsync(timeout.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Assert.False(timeout.IsCancellationRequested, $"No {count} calls of {method} after {Patience}, but these: {string.Join(", ", Calls())}.");
        }
    }

    public async Task Invoke(IOutgoingGrainCallContext context)
    {
        if (!context.InterfaceName.StartsWith("Continuity.", StringComparison.Ordinal))
        {
            await context.Invoke();
            return;
        }

        var key = context.TargetId.Key.ToString()!;
        lock (_lock)
        {
            _calls.Add($"{context.MethodName} {key}");
            _called.TrySetResult();
            _called = NewSignal();
        }

        context.Result = await _answer(context.MethodName, key);
    }

    public async ValueTask DisposeAsync() => await _cluster.DisposeAsync();

    private List<string> Calls()
    {
        lock (_lock)
        {
            return [.. _calls];
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
