// Does what a task costs grow with what there is? Two parts: a pipeline of 10,000 tasks against pipelines of 100, on 64 simulated GPUs and three silos over PostgreSQL; and a store of 100,000
// finished pipelines against an empty one, with lists of them. Exits with 0 only when every bar holds; see the parts.
using System.CommandLine;
using System.Text.Json;

using Continuity.Bench.Scale;

var part = new Option<string>("--part") { Description = "What to run: tasks, stored or all", DefaultValueFactory = _ => "all" };
var tasks = new Option<int>("--tasks") { Description = "Tasks of the large pipeline", DefaultValueFactory = _ => 10_000 };
var pipelines = new Option<int>("--pipelines") { Description = "Finished pipelines in the store", DefaultValueFactory = _ => 100_000 };
var store = new Option<string?>("--store") { Description = "Finished pipelines only in this store: sqlite or postgres" };
var command = new RootCommand("Loads a farm with many tasks, and its store with many pipelines.") { part, tasks, pipelines, store };
command.SetAction(async (parse, _) =>
{
    var load = File.Exists("/proc/loadavg") ? File.ReadAllText("/proc/loadavg").Split(' ')[0] : "unknown";
    Console.WriteLine($"{Environment.ProcessorCount} cores, load average before the start {load}");
    var chosen = parse.GetValue(part)!;
    List<PartResult> results = [];
    if (chosen is "all" or "tasks")
    {
        results.Add(await TasksPart.RunAsync(parse.GetValue(tasks)));
    }

    foreach (var name in new[] { "postgres", "sqlite" }.Where(name => chosen is "all" or "stored" && (parse.GetValue(store) ?? name) == name))
    {
        results.Add(await StoredPart.RunAsync(name, parse.GetValue(pipelines)));
    }

    var holds = results.TrueForAll(result => result.Holds);
    Console.WriteLine(JsonSerializer.Serialize(new { bench = "scale", cores = Environment.ProcessorCount, loadBefore = load, parts = results.Select(result => result.Figures), holds }));
    return holds ? 0 : 1;
});
return await command.Parse(args).InvokeAsync();
