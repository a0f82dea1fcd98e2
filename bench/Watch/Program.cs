// How long after ComfyUI's message does an SDK client see what it tells? One silo on SQLite, four simulated GPUs and this client are processes of their own, joined by sockets. The simulators
// log when they send each message, by the steady clock that all processes of a machine share. Looked on by 1 and by 200 watchers of one pipeline, and beside that by clients that read the
// pipeline every 250 ms, and by one that listens to ComfyUI's own sockets. Progress is passed on ten times a second for each task at the most; what a newer message overtakes is not seen,
// and the share that is seen is told. Exits with 0 only when the live progress that 200 watchers see is at most 5 ms old at the median, and 50 ms at the 99th percentile.
using System.Text.Json;

using Continuity.Bench.Watch;

const double MaxP50 = 5;
const double MaxP99 = 50;
const int Many = 200;

var prompts = args.Length > 0 ? int.Parse(args[0]) : 120;
var load = File.Exists("/proc/loadavg") ? File.ReadAllText("/proc/loadavg").Split(' ')[0] : "unknown";
Console.WriteLine($"{Environment.ProcessorCount} cores, load average before the start {load}; {WatchFarm.Gpus} GPUs, {prompts} prompts of {WatchFarm.PromptSeconds} s with {Marks.Steps} steps a pass; milliseconds from the message to the sight of it");
await using var farm = await WatchFarm.StartAsync();
await farm.WatchAsync("", Many, prompts / 3);
await farm.WatchAsync("", Many, prompts / 3);
Console.WriteLine(Figures.Head);
List<Figures> rows = [];
foreach (var pass in new Func<Task<Figures>>[]
{
    () => farm.WatchAsync("WatchAsync", 1, prompts),
    () => farm.WatchAsync("WatchAsync", Many, prompts),
    () => farm.PollAsync("GetAsync every 250 ms", 1, prompts / 2),
    () => farm.PollAsync("GetAsync every 250 ms", Many, prompts / 3),
    () => farm.ListenAsync("ComfyUI's own socket", prompts / 2),
})
{
    rows.Add(await pass());
    Console.WriteLine(rows[^1].Line);
}

var live = rows[1].Live;
var holds = live.P50 <= MaxP50 && live.P99 <= MaxP99;
Console.WriteLine(JsonSerializer.Serialize(new { bench = "watch", cores = Environment.ProcessorCount, loadBefore = load, rows = rows.Select(row => row.Json), limits = new { watchers = Many, p50 = MaxP50, p99 = MaxP99 }, holds }));
return holds ? 0 : 1;
