// The chains of bench/Chain beside the durable engines that one would otherwise take: BullMQ (flows, and steps in one job), DBOS, Restate, and what one would write
// first with Orleans; all with durable settings, on the same machine, in alternating passes. The first argument is the number of passes (5 when not given). Exits with
// 0 only when this project's median time of a chain is below, and its steps a second are above, those of every other one.
using System.Globalization;
using System.Text.Json;

using Continuity.Bench;
using Continuity.Grains.Stores.Postgres;
using Continuity.Support;

var passes = args.Length > 0 && int.TryParse(args[0], CultureInfo.InvariantCulture, out var given) ? given : 5;
var load = Load.Now();

await using var server = await PostgresServer.StartAsync();
var ours = await server.CreateDatabaseAsync();
var naive = await server.CreateDatabaseAsync();
var dbos = await server.CreateDatabaseAsync();
await PostgresSchema.ApplyAsync(naive);
List<Func<Task<IChainRunner>>> all =
[
    async () => await OurFarm.StartAsync(ours),
    async () => await NaiveOrleans.StartAsync(naive),
    async () => await BullMq.StartFlowsAsync(),
    async () => await BullMq.StartStepsAsync(),
    async () => await Dbos.StartAsync(dbos),
    async () => await Restate.StartAsync(),
];
var figures = await ChainBench.RunAsync(passes, chainsOfMany: 1500, load, all);
var (first, others) = (figures[0], figures.Skip(1).ToList());
var slower = others.Where(other => other.P50.Median <= first.P50.Median).Select(other => other.Runner.Name).ToList();
var fewer = others.Where(other => other.StepsPerSecond.Median >= first.StepsPerSecond.Median).Select(other => other.Runner.Name).ToList();
Tell("time of a chain", slower);
Tell("steps a second", fewer);
var holds = slower.Count + fewer.Count == 0;
Console.WriteLine(JsonSerializer.Serialize(new
{
    bench = "peers",
    passes,
    cores = Environment.ProcessorCount,
    loadBefore = load,
    rows = figures.Select(entry => entry.Row),
    notAheadInTime = slower,
    notAheadInSteps = fewer,
    holds,
}));
return holds ? 0 : 1;

static void Tell(string figure, List<string> notBehind) =>
    Console.WriteLine(notBehind.Count == 0 ? $"{figure}: ahead of all" : $"{figure}: not ahead of {string.Join(", ", notBehind)}");
