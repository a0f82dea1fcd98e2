using Continuity.Chaos.Pipelines;
using Continuity.Chaos.Processes;

namespace Continuity.Chaos.Faults;

/// <summary>What happens to ComfyUI instances.</summary>
internal static class ComfyFaults
{
    private static readonly string[] Work = [ChainPlan.WorkNode];
    private static readonly TimeSpan Waits = TimeSpan.FromSeconds(10);

    public static IEnumerable<Fault> All =>
    [
        new("comfy-kill-executing", 3, KillExecutingAsync),
        new("comfy-kill-staged", 3, KillStagedAsync),
        new("comfy-hang", 2, HangAsync),
        new("comfy-lie", 2, LieAsync),
        new("comfy-drop-sockets", 2, DropSocketsAsync),
        new("comfy-500", 2, AnswerErrorsAsync),
        new("comfy-lost-answers", 2, LoseAnswersAsync),
        new("comfy-out-of-memory", 2, RunOutOfMemoryAsync) { PromptsFail = 1 },
        new("comfy-zombie", 2, TurnZombieAsync),
    ];

    private static async Task KillExecutingAsync(Strike strike)
    {
        var gpu = strike.Pick(strike.Farm.Gpus);
        await SeenAsync(gpu, load => !load.Running.IsEmpty);
        await KillAndRestartAsync(strike, gpu, "executing");
    }

    private static async Task KillStagedAsync(Strike strike)
    {
        var gpu = strike.Pick(strike.Farm.Gpus);
        await SeenAsync(gpu, load => !load.Pending.IsEmpty);
        await KillAndRestartAsync(strike, gpu, "with a staged prompt");
    }

    // Deaf to everything, until a person restarts it, or until it goes on as if nothing had been.
    private static async Task HangAsync(Strike strike)
    {
        var gpu = strike.Pick(strike.Farm.Gpus);
        await gpu.SetFaultsAsync(new { hang = Work });
        strike.Note($"{gpu.Address.Authority} hangs");
        await strike.PauseAsync(2, 4);
        if (strike.Random.Next(2) == 0)
        {
            await gpu.SetFaultsAsync(new { release = Work });
            strike.Note("went on");
        }
        else
        {
            await KillAndRestartAsync(strike, gpu, "hanging");
        }
    }

    private static async Task LieAsync(Strike strike)
    {
        var gpu = strike.Pick(strike.Farm.Gpus);
        var times = 1 + strike.Random.Next(2);
        await gpu.SetFaultsAsync(new { empty_output_nodes = new Dictionary<string, int>(StringComparer.Ordinal) { [ChainPlan.SaveNode] = times } });
        strike.Note($"{gpu.Address.Authority} says success without files {times} times");
    }

    // At this pace about once a second.
    private static async Task DropSocketsAsync(Strike strike)
    {
        foreach (var gpu in strike.Farm.Gpus)
        {
            await gpu.SetFaultsAsync(new { drop_sockets_every = 20 });
        }

        strike.Note("all sockets are cut after every 20 messages");
    }

    // On every path that matters; fewer on the way in, where three in a row are the task's end.
    private static async Task AnswerErrorsAsync(Strike strike)
    {
        var gpu = strike.Pick(strike.Farm.Gpus);
        var errors = new Dictionary<string, int>(StringComparer.Ordinal)
        {
            ["/prompt"] = 1,
            ["/upload/image"] = 1,
            ["/queue"] = 3,
            ["/history"] = 2,
            ["/view"] = 2,
            ["/system_stats"] = 2,
            ["/object_info"] = 1,
        };
        await gpu.SetFaultsAsync(new { http_errors = errors });
        strike.Note($"{gpu.Address.Authority} answers 500");
    }

    private static async Task LoseAnswersAsync(Strike strike)
    {
        foreach (var gpu in strike.Farm.Gpus)
        {
            await gpu.SetFaultsAsync(new { lost_prompt_answers = 2 });
        }

        strike.Note("two answers to accepted prompts are lost on each");
    }

    private static async Task RunOutOfMemoryAsync(Strike strike)
    {
        var gpu = strike.Pick(strike.Farm.Gpus);
        await gpu.SetFaultsAsync(new { out_of_memory_nodes = new Dictionary<string, int>(StringComparer.Ordinal) { [ChainPlan.WorkNode] = 1 } });
        strike.Note($"{gpu.Address.Authority} runs out of memory once");
    }

    // HTTP answers, the worker is dead. After a while somebody restarts it.
    private static async Task TurnZombieAsync(Strike strike)
    {
        var gpu = strike.Pick(strike.Farm.Gpus);
        await gpu.SetFaultsAsync(new { zombie_workers = 1 });
        strike.Note($"{gpu.Address.Authority} becomes a zombie");
        await strike.PauseAsync(2, 4);
        await KillAndRestartAsync(strike, gpu, "as a zombie");
    }

    private static async Task KillAndRestartAsync(Strike strike, GpuProcess gpu, string how)
    {
        await gpu.KillAsync();
        strike.Note($"killed {gpu.Address.Authority} {how}");
        await strike.PauseAsync(0, 1.5);
        await gpu.RestartAsync();
    }

    // The work may be over before it comes to that.
    private static async Task SeenAsync(GpuProcess gpu, Func<GpuLoad, bool> isIt)
    {
        try
        {
            await Patience.UntilAsync(gpu.LoadAsync, isIt, load => $"{load}", Waits);
        }
        catch (TimeoutException)
        {
            // Then it is killed with nothing to do.
        }
    }
}
