// What do changes of models cost? The patterns with which other dispatchers were measured in front of a real ComfyUI, in real time on two simulated GPUs and on one: a picture takes 0.6 s,
// a load 2 s, one model fits, and model A is in all GPUs at the start. This project, on a fresh store and on one that knows the costs, beside plain dispatchers. All cells have GPUs of
// their own and wait most of the time, so that many run at once. Exits with 0 only when this project's median makespan is within 5 % of the better plain dispatcher's or below it
// everywhere, A,B serial uses the idle GPU, no GPU idles for a second after a load, and no load is for nothing.
using System.CommandLine;
using System.Globalization;
using System.Text.Json;

using Continuity.Bench.Swap;
using Continuity.Chaos.Processes;
using Continuity.ComfyUI.Client;

using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

const int AtOnce = 16;
const double Noise = 1.05;
string[] plain = ["FIFO", "FIFO, affinity"];
string[] ours = ["Continuity, fresh", "Continuity, knows"];

var repeatsOption = new Option<int>("--repeats") { Description = "Runs of each cell", DefaultValueFactory = _ => 3 };
var onlyOption = new Option<string?>("--only") { Description = "Only workloads whose name contains this" };
var command = new RootCommand("Measures what changes of models cost.") { repeatsOption, onlyOption };
command.SetAction(async (parse, _) => await RunAsync(parse.GetValue(repeatsOption), parse.GetValue(onlyOption) ?? ""));
return await command.Parse(args).InvokeAsync();

async Task<int> RunAsync(int repeats, string only)
{
    var load = File.Exists("/proc/loadavg") ? File.ReadAllText("/proc/loadavg").Split(' ')[0] : "unknown";
    var folder = Directory.CreateTempSubdirectory("continuity-swap-").FullName;
    try
    {
        Console.WriteLine($"{Environment.ProcessorCount} cores, load average before the start {load}; {repeats} runs of each");
        Workload[] workloads = [.. Workload.All.Where(workload => workload.Name.Contains(only, StringComparison.OrdinalIgnoreCase))];
        await using var rack = await GpuRack.StartAsync(folder, workloads.Length * 3 * (plain.Length + ours.Length), Workload.SimulatorOptions);
        await using var connections = new ComfyConnections(Options.Create(new ComfyClientOptions()), TimeProvider.System, NullLogger<ComfyClient>.Instance);
        var cells = Cells(workloads, rack, connections);
        try
        {
            for (var repeat = 0; repeat < repeats; repeat++)
            {
                // Farms start before the clock does.
                await EachAsync(cells, cell => cell.Dispatcher.PrepareAsync());
                await EachAsync(repeat == 0 ? cells : cells.OrderByDescending(cell => cell.Makespan), cell => cell.RunAsync());
            }
        }
        finally
        {
            foreach (var cell in cells)
            {
                await cell.Dispatcher.DisposeAsync();
            }
        }

        return Tell(workloads, cells, repeats, load);
    }
    finally
    {
        Directory.Delete(folder, recursive: true);
    }
}

List<Cell> Cells(IEnumerable<Workload> workloads, GpuRack rack, ComfyConnections connections)
{
    var (cells, used) = (new List<Cell>(), 0);
    foreach (var gpus in (int[])[1, 2])
    {
        foreach (var policy in (string[])[.. plain, .. ours])
        {
            foreach (var workload in workloads)
            {
                var first = used;
                used += gpus;
                IComfyClient[] clients = [.. Enumerable.Range(first, gpus).Select(gpu => connections.Get(rack.Addresses[gpu]))];
                IDispatcher dispatcher = ours.Contains(policy) ? new OurFarm(clients, policy == ours[0]) : new PlainDispatcher(clients, policy == plain[1]);
                cells.Add(new Cell(workload, policy, gpus, dispatcher, () => Enumerable.Range(first, gpus).Select(rack.StoriesOf)));
            }
        }
    }

    return cells;
}

static Task EachAsync(IEnumerable<Cell> cells, Func<Cell, Task> act) =>
    Parallel.ForEachAsync(cells, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (cell, _) => await act(cell));

int Tell(Workload[] workloads, List<Cell> cells, int repeats, string load)
{
    Console.WriteLine();
    Console.WriteLine($"{"",-28} {"GPUs",4}  {"",-18} {"makespan, s",-24} {"loads",-8} {"idle after one",-14} what the GPUs executed, * after a load");
    var faults = new List<string>();
    foreach (var workload in workloads)
    {
        foreach (var gpus in (int[])[2, 1])
        {
            var row = cells.Where(cell => cell.Workload == workload && cell.Gpus == gpus).ToList();
            var best = row.Where(cell => plain.Contains(cell.Policy)).Min(cell => cell.Makespan);
            foreach (var cell in row)
            {
                Console.WriteLine($"{workload.Name,-28} {gpus,4}  {cell.Policy,-18} {Spread(cell.Runs.Select(run => run.Makespan)),-24} {Text(cell.Loads, "0"),-8} {Text(cell.Runs.Max(run => run.IdleAfterLoad), "0.00"),-14} {string.Join("   ", cell.Runs.Select(run => string.Join(" | ", run.Sequences)))}");
                if (ours.Contains(cell.Policy))
                {
                    faults.AddRange(Faults(cell, best));
                }
            }
        }
    }

    foreach (var fault in faults)
    {
        Console.WriteLine($"Does not hold: {fault}");
    }

    Console.WriteLine(JsonSerializer.Serialize(new
    {
        bench = "swap",
        repeats,
        cores = Environment.ProcessorCount,
        loadBefore = load,
        rows = cells.Select(cell => new
        {
            workload = cell.Workload.Name,
            gpus = cell.Gpus,
            policy = cell.Policy,
            makespanSeconds = cell.Runs.Select(run => Math.Round(run.Makespan, 2)),
            loads = cell.Runs.Select(run => run.Loads),
            unusedLoads = cell.Runs.Sum(run => run.Unused),
            idleAfterLoadSeconds = Math.Round(cell.Runs.Max(run => run.IdleAfterLoad), 2),
        }),
        limits = new { ofTheBetterPlainDispatcher = Noise, idleAfterLoadSeconds = 1, unusedLoads = 0, loadsOfSerialOnTwo = 1 },
        doesNotHold = faults,
        holds = faults.Count == 0,
    }));
    return faults.Count == 0 ? 0 : 1;
}

static IEnumerable<string> Faults(Cell cell, double best)
{
    var name = $"{cell.Workload.Name} on {cell.Gpus}, {cell.Policy}";
    if (cell.Makespan > best * Noise)
    {
        yield return $"{name}: {Text(cell.Makespan, "0.0")} s are more than {Text(best, "0.0")} s of the better plain dispatcher";
    }

    if (cell.Runs.Sum(run => run.Unused) is > 0 and var unused)
    {
        yield return $"{name}: {unused} loads for nothing";
    }

    if (cell.Runs.Max(run => run.IdleAfterLoad) is >= 1 and var idle)
    {
        yield return $"{name}: idle for {Text(idle, "0.0")} s after a load";
    }

    if (cell is { Workload.Pause: not null, Gpus: 2 } && cell.Runs.Any(run => run.Loads > 1))
    {
        yield return $"{name}: B does not stay on the GPU that was idle, {string.Join(", ", cell.Runs.Select(run => run.Loads))} loads";
    }
}

static string Spread(IEnumerable<double> values)
{
    var sorted = values.Order().ToList();
    var middle = sorted.Count / 2;
    var median = sorted.Count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    return $"{Text(median, "0.00")} ({Text(sorted[0], "0.00")} to {Text(sorted[^1], "0.00")})";
}

static string Text(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
