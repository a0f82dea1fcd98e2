// What does a durable step cost? Chains of three steps without work, each step's result durable before the next begins: with one chain in flight the median time
// of a chain, with 64 in flight the steps a second. This project beside what one would write first with Orleans, and beside BullMQ, on the same machine in
// alternating passes. The first argument is the number of passes (5 when not given), '--only-ours' leaves out the others. Exits with 0 only when this project's
// medians over the passes, on PostgreSQL and on SQLite, are at most 5 ms and at least 3,000 steps a second.
using System.Globalization;
using System.Text.Json;

using Continuity.Bench;
using Continuity.Grains.Stores.Postgres;
using Continuity.Support;

const double MaxP50 = 5;
const double MinSteps = 3000;

var passes = args.Length > 0 && int.TryParse(args[0], CultureInfo.InvariantCulture, out var given) ? given : 5;
var load = Load.Now();

await using var server = await PostgresServer.StartAsync();
var ours = await server.CreateDatabaseAsync();
var naive = await server.CreateDatabaseAsync();
await PostgresSchema.ApplyAsync(naive);
List<Func<Task<IChainRunner>>> mine = [async () => await OurFarm.StartClusterAsync(ours), async () => await OurFarm.StartEmbeddedAsync()];
List<Func<Task<IChainRunner>>> others = [async () => await NaiveOrleans.StartAsync(naive), async () => await BullMq.StartFlowsAsync()];
var figures = await ChainBench.RunAsync(passes, chainsOfMany: 3000, load, args.Contains("--only-ours") ? mine : mine.Concat(others));
var holds = figures.Take(mine.Count).All(figure => figure.P50.Median <= MaxP50 && figure.StepsPerSecond.Median >= MinSteps);
Console.WriteLine(JsonSerializer.Serialize(new
{
    bench = "chain",
    passes,
    cores = Environment.ProcessorCount,
    loadBefore = load,
    rows = figures.Select(entry => entry.Row),
    limits = new { p50Milliseconds = MaxP50, stepsPerSecond = MinSteps },
    holds,
}));
return holds ? 0 : 1;
