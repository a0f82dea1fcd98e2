using System.Net;

using Continuity.ComfyUI.Client;
using Continuity.Grains.Stores;
using Continuity.Pipelines;
using Continuity.Tasks;

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Continuity.Grains.Tests.Faults;

/// <summary>Prompts in a ComfyUI that no pipeline wants any more go away, prompts of others never do.</summary>
public sealed class UnwantedPromptTests
{
    [Fact]
    public async Task PromptsOfThisFarmThatNoPipelineWantsAreRemoved_RunningOrWaiting()
    {
        await using var farm = await Farm.StartAsync();
        using var bystander = new Bystander(farm.Gpus[0]);
        var definition = Pipes.Of(Pipes.Keyframe("k1"));
        await farm.RunAsync(definition);
        var id = await FarmIdAsync(farm);

        var running = await bystander.SendAsync(Tags(id, "never-was"));
        var waiting = await bystander.SendAsync(Tags(id, definition.Id.Value, "k1"));

        await bystander.UntilAsync(queue => queue.Count == 0);
        Assert.Equal(1, farm.Gpus[0].Statistics.ExecutionsOf(running));
        Assert.Contains(waiting, farm.Gpus[0].Statistics.Submitted);
        Assert.True(farm.Gpus[0].Statistics.Interrupted > 0);
    }

    [Fact]
    public async Task PromptsOfPeopleAndOfOtherFarmsAreNeverTouched()
    {
        await using var farm = await Farm.StartAsync();
        using var bystander = new Bystander(farm.Gpus[0]);
        var id = await FarmIdAsync(farm);

        var person = await bystander.SendAsync();
        var otherFarm = await bystander.SendAsync(Tags("another-farm", "never-was"));
        var older = await bystander.SendAsync(("continuity_pipeline", "never-was"), ("continuity_task", "k1"));
        var unwanted = await bystander.SendAsync(Tags(id, "never-was"));
        var left = await bystander.UntilAsync(queue => !queue.Contains(unwanted));

        Assert.Equal([person, otherFarm, older], left);
        Assert.Equal((0, 0), (farm.Gpus[0].Statistics.Interrupted, farm.Gpus[0].Statistics.InterruptRequests));
    }

    [Fact]
    public async Task ThePromptOfAnAttemptThatWasGivenUpIsRemovedWhenItsGpuComesBack()
    {
        await using var farm = await Farm.StartAsync(gpus: 2, options: options => options.LostAfter = TimeSpan.FromSeconds(1));
        var definition = Pipes.Of(Pipes.Keyframe("k1"));
        var away = await RunUntilAwayAsync(farm, definition);
        var end = await farm.EndOfAsync(definition);
        Assert.True(end.Summary.Status == PipelineStatus.Completed, Farm.Describe(end));

        // The node does not look at interrupts while it hangs.
        away.Faults.HttpErrorRate = 0;
        away.Faults.Release("KSampler");
        using var bystander = new Bystander(away);
        await bystander.UntilAsync(queue => queue.Count == 0);

        Assert.Equal((0, 1), (end.Tasks[0].Row.Retries, away.Statistics.Submitted.Length));
    }

    [Fact]
    public async Task APromptThatWasGivenUpIsTakenUpAgainWhereverItsTaskStillWaits()
    {
        await using var farm = await Farm.StartAsync(gpus: 2, options: options => options.LostAfter = TimeSpan.FromSeconds(1));
        using var first = new Bystander(farm.Gpus[0]);
        using var second = new Bystander(farm.Gpus[1]);
        var definition = Pipes.Of(Pipes.Keyframe("k1"));
        var away = await RunUntilAwayAsync(farm, definition, beforeItIsLost: async other =>
        {
            // The other GPU works, but for somebody else.
            using var person = new Bystander(other);
            await person.SendAsync();
            await person.SendAsync();
        });
        var waiting = await farm.UntilAsync(definition, snapshot => snapshot.Tasks[0].WaitingFor?.Contains("2 prompts of others", StringComparison.Ordinal) == true);
        Assert.Equal(TaskState.Pending, waiting.Tasks[0].Row.State);

        away.Faults.HttpErrorRate = 0;
        await farm.UntilAsync(definition, snapshot => snapshot.Tasks[0].Row.State == TaskState.Running);
        away.Faults.Release("KSampler");
        var end = await farm.EndOfAsync(definition);

        Assert.True(end.Summary.Status == PipelineStatus.Completed, Farm.Describe(end));
        Assert.Equal((2, 0), (end.Tasks[0].Row.Attempts, end.Tasks[0].Row.Retries));
        Assert.Equal(1, Assert.Single(away.Statistics.Executions).Value);
    }

    /// <summary>One of the looks is the last question before the prompt would be sent again: no answer to it is no reason to do the work twice.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task APromptThatWasGivenUpIsNotSentAgainWhenALookForItFails(int look)
    {
        var fault = new LookFault();
        await using var farm = await Farm.StartAsync(
            gpus: 2,
            options: options => options.LostAfter = TimeSpan.FromSeconds(1),
            silo: host => host.Services.Replace(ServiceDescriptor.Singleton<IComfyConnections>(provider => new ComfyConnections(
                provider.GetRequiredService<IOptions<ComfyClientOptions>>(),
                provider.GetRequiredService<TimeProvider>(),
                provider.GetRequiredService<ILogger<ComfyClient>>(),
                sender => new FailingLook(fault, sender)))));
        var definition = Pipes.Of(Pipes.Keyframe("k1"));
        var away = await RunUntilAwayAsync(farm, definition, beforeItIsLost: async other =>
        {
            using var person = new Bystander(other);
            await person.SendAsync();
            await person.SendAsync();
        });
        await farm.UntilAsync(definition, snapshot => snapshot.Tasks[0].WaitingFor?.Contains("2 prompts of others", StringComparison.Ordinal) == true);

        fault.FailAt(away.BaseAddress, look);
        away.Faults.HttpErrorRate = 0;
        await away.UntilAsync(_ => fault.Fired);
        await farm.UntilAsync(definition, snapshot => snapshot.Tasks[0].Row.State == TaskState.Running);
        away.Faults.Release("KSampler");
        var end = await farm.EndOfAsync(definition);

        Assert.True(end.Summary.Status == PipelineStatus.Completed, Farm.Describe(end));
        Assert.Equal(0, end.Tasks[0].Row.Retries);
        Assert.Equal(1, Assert.Single(away.Statistics.Executions).Value);
        Assert.Single(away.Statistics.Submitted);
        Assert.Equal(2, farm.Gpus.Single(gpu => gpu != away).Statistics.Submitted.Length);
    }

    private static async Task<Continuity.Simulator.SimulatedComfy> RunUntilAwayAsync(
        Farm farm, PipelineDefinition definition, Func<Continuity.Simulator.SimulatedComfy, Task>? beforeItIsLost = null)
    {
        foreach (var gpu in farm.Gpus)
        {
            gpu.Faults.HangAt("KSampler");
        }

        await farm.SubmitAsync(definition);
        await farm.UntilAsync(definition, snapshot => snapshot.Tasks[0].Live?.Phase == TaskPhase.Executing);
        var away = farm.Gpus.Single(gpu => gpu.Statistics.Submitted.Length > 0);
        var other = farm.Gpus.Single(gpu => gpu != away);
        other.Faults.Release("KSampler");
        if (beforeItIsLost is not null)
        {
            await beforeItIsLost(other);
        }

        away.Faults.HttpErrorRate = 1;
        away.Faults.MuteSockets = true;
        await farm.UntilAsync(definition, snapshot => snapshot.Tasks[0].Row.Attempts == 2 || snapshot.Tasks[0].Row.State == TaskState.Pending);
        return away;
    }

    private static Task<string> FarmIdAsync(Farm farm) => farm.Services.GetRequiredService<IPipelineStore>().GetFarmIdAsync();

    private static (string Name, string Value)[] Tags(string farm, string pipeline, string task = "k1") =>
        [("continuity_farm", farm), ("continuity_pipeline", pipeline), ("continuity_task", task), ("continuity_attempt", "1")];

    /// <summary>Which look at a queue fails: the nth of those at one ComfyUI.</summary>
    private sealed class LookFault
    {
        private readonly Lock _lock = new();
        private Uri? _at;
        private int _left;

        public bool Fired { get; private set; }

        public void FailAt(Uri address, int look)
        {
            lock (_lock)
            {
                (_at, _left) = (address, look);
            }
        }

        public bool Fails(Uri request)
        {
            lock (_lock)
            {
                var fails = _at?.Authority == request.Authority && request.AbsolutePath.EndsWith("/queue", StringComparison.Ordinal) && --_left == 0;
                Fired |= fails;
                return fails;
            }
        }
    }

    private sealed class FailingLook(LookFault fault, HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            request.Method == HttpMethod.Get && fault.Fails(request.RequestUri!)
                ? Task.FromResult(new HttpResponseMessage(HttpStatusCode.InternalServerError) { RequestMessage = request, Content = new StringContent("500") })
                : base.SendAsync(request, cancellationToken);
    }
}
