using System.Diagnostics;
using System.Globalization;

using Continuity.Engine.Scheduling;
using Continuity.Gpu;
using Continuity.Pipelines;
using Continuity.Tasks;

namespace Continuity.Bench.Scheduling;

/// <summary>
/// How fast the production policy chooses while 100,000 tickets wait for 1,000 GPUs. Each GPU asks for one when it is idle; a new ticket comes for each that goes.
/// GPUs have 24, 32 or 48 GB, and of ten tickets two need 30 GB and one needs 40 GB. Tickets name their nodes and files as those of real workflows do.
/// In a backlog, the 20,000 tickets that wait longest all need 40 GB, which one GPU in ten has.
/// </summary>
internal static class DecisionRate
{
    private const int Gpus = 1000;
    private const int Tickets = 100_000;
    private const int Backlog = 20_000;
    private const int Pipelines = 40;
    private const int WarmUp = 500;
    private const int Decisions = 50_000;
    private const long Giga = 1_000_000_000;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly string[] Nodes = ["UNETLoader", "CLIPLoader", "VAELoader", "CLIPTextEncode", "EmptyLatentImage", "KSampler", "VAEDecode", "SaveImage"];

    /// <summary>Measures it.</summary>
    /// <param name="backlog">Whether what waits longest can go to few GPUs.</param>
    /// <returns>Decisions a second.</returns>
    public static double Measure(bool backlog)
    {
        var fleet = Enumerable.Range(0, Gpus).Select(Gpu).ToArray();
        var queue = new Scheduler();
        foreach (var gpu in fleet)
        {
            queue.Tell(gpu, DateTimeOffset.UnixEpoch);
        }

        for (var ticket = 0; ticket < Tickets; ticket++)
        {
            queue.Add(Ticket(ticket, backlog && ticket < Backlog));
        }

        var (asked, given, added, clock) = (0, 0, Tickets, Stopwatch.StartNew());
        while (asked < WarmUp + Decisions && (asked < WarmUp || clock.Elapsed < Patience))
        {
            if (asked == WarmUp)
            {
                (given, clock) = (0, Stopwatch.StartNew());
            }

            if (Choose(queue, fleet[asked++ % Gpus]))
            {
                given++;
                queue.Add(Ticket(added++, isOfBacklog: false));
            }
        }

        return given / clock.Elapsed.TotalSeconds;
    }

    // What was staged before ends, so that there is room for another one.
    private static bool Choose(Scheduler scheduler, FleetGpu gpu)
    {
        if (scheduler.Choose(gpu.Id, DateTimeOffset.UnixEpoch).Ticket is not { } ticket)
        {
            return false;
        }

        scheduler.Ended(gpu.Id, ticket.Id, TimeSpan.FromSeconds(30), DateTimeOffset.UnixEpoch);
        return true;
    }

    private static FleetGpu Gpu(int index) => new(
        new GpuStatus { Id = new GpuId($"gpu-{index}"), Health = GpuHealth.Healthy, Capabilities = "catalogue" },
        new GpuCapabilities
        {
            Version = "catalogue",
            NodeClasses = [.. Nodes, .. Enumerable.Range(0, 400).Select(node => $"Node{node}")],
            VramTotal = (index % 10) switch
            {
                0 => 48 * Giga,
                < 4 => 32 * Giga,
                _ => 24 * Giga,
            },
        });

    private static Ticket Ticket(int index, bool isOfBacklog) => new()
    {
        Id = new TicketId(new TaskKey(new PipelineId($"pipeline-{index % Pipelines}"), index.ToString(CultureInfo.InvariantCulture)), 1),
        PipelineCreatedAt = DateTimeOffset.UnixEpoch.AddSeconds(index % Pipelines),
        Order = index,
        ProfileId = $"profile-{index % 20}",
        NodeClasses = [.. Nodes],
        Models =
        [
            new ModelFile("UNETLoader", "unet_name", $"unet-{index % 20}.safetensors"),
            new ModelFile("CLIPLoader", "clip_name", $"clip-{index % 5}.safetensors"),
            new ModelFile("VAELoader", "vae_name", $"vae-{index % 5}.safetensors"),
        ],
        WaitingSince = DateTimeOffset.UnixEpoch.AddSeconds(index * 0.1),
        MinVram = (isOfBacklog ? 3 : index % 10) switch
        {
            3 => 40 * Giga,
            6 or 9 => 30 * Giga,
            _ => 0,
        },
    };
}
