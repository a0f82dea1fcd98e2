// What does a durable step cost? Chains of three steps without work, each step's result durable before the next begins: with one chain in flight the median time
// of a chain, with 64 in flight the steps a second. This project beside what one would write first with Orleans, and beside BullMQ, on the same machine in
// alternating passes. The first argument is the number of passes (5 when not given), '--only NAME' leaves out the others. Exits with 0 only when this project's
// median over the passes is at most 5 ms and at least 3,000 steps a second.
using System.Globalization;
using System.Text.Json;

using Continuity.Bench;
using Continuity.Grains.Stores.Postgres;
using Continuity.Support;

const int Steps = 3;
const int ChainsOfOne = 300;
const int ChainsOfMany = 3000;
const int Many = 64;
const double MaxP50 = 5;
const double MinSteps = 3000;

var passes = args.Length > 0 && int.TryParse(args[0], CultureInfo.InvariantCulture, out var given) ? given : 5;
var only = Array.IndexOf(args, "--only") is >= 0 and var at ? args[at + 1] : null;
var load = File.Exists("/proc/loadavg") ? File.ReadAllText("/proc/loadavg").Split(' ')[0] : "unknown";

await using var server = await PostgresServer.StartAsync();
var ours = await server.CreateDatabaseAsync();
var naive = await server.CreateDatabaseAsync();
await PostgresSchema.ApplyAsync(naive);
List<Func<Task<IChainRunner>>> all = [async () => await OurFarm.StartAsync(ours), async () => await NaiveOrleans.StartAsync(naive), async () => await BullMqRedis.StartAsync()];
var figures = new List<Figures>();
foreach (var start in only is null ? all : all.Take(1))
{
    figures.Add(new Figures(await start()));
}

Console.WriteLine($"{Environment.ProcessorCount} cores, load average before the start {load}; {passes} passes, {ChainsOfOne} chains one at a time, {ChainsOfMany} chains {Many} at a time");
try
{
    for (var pass = 0; pass <= passes; pass++)
    {
        foreach (var entry in pass % 2 == 0 ? figures : Enumerable.Reverse(figures))
        {
            // The first pass pays for compilation and is thrown away.
            var one = await entry.Runner.RunAsync(ChainsOfOne, 1);
            var many = await entry.Runner.RunAsync(ChainsOfMany, Many);
            if (pass > 0)
            {
                entry.Add(one, many);
            }

            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{(pass == 0 ? "warm-up" : $"pass {pass}"),-8} {entry.Runner.Name,-18} 1 in flight: p50 {one.Percentile(0.5),6:0.00} p99 {one.Percentile(0.99),6:0.0} ms   {Many} in flight: {many.ChainsPerSecond,5:0} chains/s {many.ChainsPerSecond * Steps,6:0} steps/s, p50 {many.Percentile(0.5),6:0.0} ms"));
        }
    }

    Console.WriteLine();
    Console.WriteLine($"{"",-18} {"p50 of a chain, ms",-26} {"steps/s, 64 in flight",-26} durability");
    foreach (var entry in figures)
    {
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{entry.Runner.Name,-18} {$"{entry.P50.Median:0.00} ({entry.P50.Min:0.00} to {entry.P50.Max:0.00})",-26} {Text(entry.ChainsPerSecond.Times(Steps)),-26} {entry.Runner.Durability}"));
    }

    var first = figures[0];
    var holds = first.P50.Median <= MaxP50 && first.ChainsPerSecond.Times(Steps).Median >= MinSteps;
    Console.WriteLine(JsonSerializer.Serialize(new
    {
        bench = "chain",
        passes,
        cores = Environment.ProcessorCount,
        loadBefore = load,
        rows = figures.Select(entry => new
        {
            name = entry.Runner.Name,
            durability = entry.Runner.Durability,
            p50Milliseconds = entry.P50.Rounded(2),
            chainsPerSecond = entry.ChainsPerSecond.Rounded(0),
            stepsPerSecond = entry.ChainsPerSecond.Times(Steps).Rounded(0),
        }),
        limits = new { p50Milliseconds = MaxP50, stepsPerSecond = MinSteps },
        holds,
    }));
    return holds ? 0 : 1;
}
finally
{
    foreach (var entry in figures)
    {
        await entry.Runner.DisposeAsync();
    }
}

static string Text(Spread spread) => string.Create(CultureInfo.InvariantCulture, $"{spread.Median:0} ({spread.Min:0} to {spread.Max:0})");
