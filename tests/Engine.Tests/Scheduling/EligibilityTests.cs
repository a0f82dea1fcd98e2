using Continuity.Engine.Scheduling;
using Continuity.Gpu;
using Continuity.Pipelines;
using Continuity.Tasks;

namespace Continuity.Engine.Tests.Scheduling;

public sealed class EligibilityTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void WhenNoGpuCanTheReasonNamesEachOfThem()
    {
        var ticket = Ticket("t", 0) with { NodeClasses = ["RIFE VFI"], ExcludedGpus = [new GpuExclusion(new GpuId("b"), FaultClass.Missing, "flux.safetensors is not in diffusion_models")] };

        var why = Eligibility.WhyImpossible(ticket, [Gpu("a") with { Capabilities = Nodes("KSampler") }, Gpu("b")]);

        Assert.Contains("a: its ComfyUI has no node 'RIFE VFI'", why, StringComparison.Ordinal);
        Assert.Contains("b: flux.safetensors is not in diffusion_models", why, StringComparison.Ordinal);
    }

    [Fact]
    public void TheReasonOfAWaitNamesWhatItWaitsFor()
    {
        var ticket = Ticket("t", 0);
        FleetGpu idle = Gpu("a"), busy = Gpu("b", used: 2), away = Gpu("c", GpuHealth.Unreachable, problem: "refused");

        Assert.Equal(Eligibility.AboutToStart, Eligibility.WhyWaiting(ticket, [idle, busy], 0));
        Assert.Equal("next; all 1 GPUs that can run it are busy", Eligibility.WhyWaiting(ticket, [busy], 0));
        Assert.Equal("3 ahead of it for 2 GPUs", Eligibility.WhyWaiting(ticket, [idle, busy], 3));
        Assert.Equal("no GPU answers: c is unreachable (refused)", Eligibility.WhyWaiting(ticket, [away], 0));
        Assert.Contains("no GPU is registered", Eligibility.WhyWaiting(ticket, [], 0), StringComparison.Ordinal);
    }

    private static FleetGpu Gpu(string id, GpuHealth health = GpuHealth.Healthy, int used = 0, string? problem = null) =>
        new(new GpuStatus { Id = new GpuId(id), Health = health, SlotsUsed = used, Problem = problem });

    private static GpuCapabilities Nodes(params string[] classes) => new() { Version = string.Join(',', classes), NodeClasses = [.. classes] };

    private static Ticket Ticket(string id, int waits, PipelinePriority priority = PipelinePriority.Normal) => new()
    {
        Id = new TicketId(new TaskKey(new PipelineId("p"), id), 1),
        ProfileId = "flux",
        Priority = priority,
        WaitingSince = Start.AddSeconds(waits),
    };
}
