using Continuity.Engine.Scheduling;
using Continuity.Gpu;
using Continuity.Pipelines;
using Continuity.Tasks;

namespace Continuity.Engine.Tests.Scheduling;

public sealed class EligibilityTests
{
    [Fact]
    public void WhenNoGpuCanTheReasonNamesEachOfThem()
    {
        var ticket = Ticket("t") with { NodeClasses = ["RIFE VFI"], ExcludedGpus = [new GpuExclusion(new GpuId("b"), FaultClass.Missing, "flux.safetensors is not in diffusion_models")] };

        var why = Eligibility.WhyImpossible(ticket, [Gpu("a") with { Capabilities = Nodes("KSampler") }, Gpu("b")]);

        Assert.Contains("a: its ComfyUI has no node 'RIFE VFI'", why, StringComparison.Ordinal);
        Assert.Contains("b: flux.safetensors is not in diffusion_models", why, StringComparison.Ordinal);
    }

    private static FleetGpu Gpu(string id) => new(new GpuStatus { Id = new GpuId(id), Health = GpuHealth.Healthy });

    private static GpuCapabilities Nodes(params string[] classes) => new() { Version = string.Join(',', classes), NodeClasses = [.. classes] };

    private static Ticket Ticket(string id) => new() { Id = new TicketId(new TaskKey(new PipelineId("p"), id), 1), ProfileId = "flux" };
}
