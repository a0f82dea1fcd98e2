using System.Collections.Concurrent;

using Continuity.Chaos.Clusters;
using Continuity.Chaos.Pipelines;
using Continuity.Chaos.Processes;
using Continuity.Client;
using Continuity.ComfyUI.Profiles;
using Continuity.Engine.Exports;
using Continuity.Pipelines;

namespace Continuity.Bench.Crash;

/// <summary>Each silo is stopped politely and started again, one after the other, while a film is exported and clients give commands all the time.</summary>
internal static class RollingPart
{
    private const int Clients = 6;

    private static readonly GpuPace Pace = new(TimeSpan.FromMilliseconds(40), TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(2));
    private static readonly ChainPlan Small = new(1, 1, 0.1);

    public static async Task<PartResult> RunAsync(CrashOptions options)
    {
        await using var farm = await FarmCluster.StartAsync(new FarmPlan { TinyMedia = true, Pace = Pace });
        using var stop = new CancellationTokenSource();
        var (done, failed) = (new ConcurrentQueue<PipelineId>(), new ConcurrentQueue<string>());
        var commands = 0;
        var load = Task.WhenAll(Enumerable.Range(0, Clients).Select(client => LoadAsync(client)));
        var film = await farm.Client.ExportAsync(FilmProject.Of(3, 6), new ExportOptions { Upscale = true }, ProfileLibrary.Load([ProfileLibrary.ShippedDirectory]));
        done.Enqueue(film.Id);
        List<int> exitCodes = [];
        foreach (var silo in farm.Silos)
        {
            await Task.Delay(TimeSpan.FromSeconds(3), TimeProvider.System);
            var started = TimeProvider.System.GetTimestamp();
            exitCodes.Add(await silo.StopAsync());
            var stopped = TimeProvider.System.GetElapsedTime(started);
            await silo.RestartAsync();
            await Patience.UntilAsync(() => silo.HealthAsync("ready"), status => status == 200, status => $"{silo.Name} answers {status}");
            Console.WriteLine($"{silo.Name} ended with exit code {exitCodes[^1]} after {stopped.TotalSeconds:0.0} s; {commands} commands so far, {failed.Count} failed");
        }

        var end = await farm.Client.WaitAsync(film.Id);
        await stop.CancelAsync();
        await load;
        var ids = done.Select(id => id.Value).ToHashSet(StringComparer.Ordinal);
        var again = farm.Gpus.SelectMany(gpu => gpu.Stories)
            .Where(story => ids.Contains(story.Pipeline))
            .GroupBy(story => (story.Pipeline, story.Task))
            .Count(task => task.Sum(story => story.Executions) > 1);
        foreach (var line in failed.Take(20))
        {
            Console.WriteLine($"FAILED {line}");
        }

        var holds = failed.IsEmpty && again == 0 && exitCodes.TrueForAll(code => code == 0) && end.Summary.Status == PipelineStatus.Completed;
        return new PartResult(
            new
            {
                bench = "crash",
                part = "rolling",
                silos = farm.Silos.Count,
                commands,
                failedCommands = failed.Count,
                promptsRunAgain = again,
                pipelines = ids.Count,
                export = $"{end.Summary.Status}, {end.Summary.Counts.Completed} of {end.Summary.Counts.Total} tasks",
                attemptsMoreThanOne = end.Tasks.Count(task => task.Row.Attempts > 1),
                exitCodes,
                holds,
            },
            holds);

        async Task LoadAsync(int client)
        {
            for (var round = 0; !stop.IsCancellationRequested; round++)
            {
                var definition = Small.Make(PipelineId.New(), (client * 1_000_000) + round);
                var id = definition.Id;
                await CommandAsync($"submit {id}", () => farm.Client.SubmitAsync(definition));
                await CommandAsync($"pause {id}", () => PauseAsync(id));
                await CommandAsync($"get {id}", () => farm.Client.GetAsync(id));
                await CommandAsync($"resume {id}", () => farm.Client.ResumeAsync(id));
                await CommandAsync("list", () => farm.Client.ListAsync());
                await CommandAsync($"wait {id}", () => farm.Client.WaitAsync(id));
                done.Enqueue(id);
            }
        }

        async Task CommandAsync(string name, Func<Task> command)
        {
            Interlocked.Increment(ref commands);
            try
            {
                await command();
            }
            catch (ContinuityException exception)
            {
                failed.Enqueue($"{name}: {exception.Message}");
            }
        }

        // It may have been faster than the pause.
        async Task PauseAsync(PipelineId id)
        {
            try
            {
                await farm.Client.PauseAsync(id);
            }
            catch (ConflictException)
            {
                // Its end is no failure.
            }
        }
    }
}
