// The chains of bench/Chain beside the durable engines that one would otherwise take: BullMQ (flows, and steps in one job), DBOS, Restate, and what one would write
// first with Orleans; all with durable settings, on the same machine, in alternating passes. The first argument is the number of passes (5 when not given). Exits with
// 0 only when this project's median time of a chain is below, and its steps a second are above, those of every other one. They are all used on one machine here, so it is
// its form for one machine, with a file of its own, that is measured against them; the other form, on PostgreSQL, stands beside it.
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
List<Func<Task<IChainRunner>>> mine = [async () => await OurFarm.StartEmbeddedAsync(), async () => await OurFarm.StartClusterAsync(ours)];
List<Func<Task<IChainRunner>>> peers =
[
    async () => await NaiveOrleans.StartAsync(naive),
    async () => await BullMq.StartFlowsAsync(),
    async () => await BullMq.StartStepsAsync(),
    async () => await Dbos.StartAsync(dbos),
    async () => await Restate.StartAsync(),
];
var figures = await ChainBench.RunAsync(passes, chainsOfMany: 1500, load, mine.Concat(peers));
var theirs = figures.Skip(mine.Count).ToList();
var slower = NotBehind(other => other.P50.Median <= figures[0].P50.Median);
var fewer = NotBehind(other => other.StepsPerSecond.Median >= figures[0].StepsPerSecond.Median);
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

List<string> NotBehind(Func<Figures, bool> test) => [.. theirs.Where(test).Select(other => other.Runner.Name)];

static void Tell(string figure, List<string> notBehind) =>
    Console.WriteLine(notBehind.Count == 0 ? $"{figure}: ahead of all" : $"{figure}: not ahead of {string.Join(", ", notBehind)}");
