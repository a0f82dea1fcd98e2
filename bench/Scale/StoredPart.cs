using System.Diagnostics;

using Continuity.Chaos.Pipelines;
using Continuity.Pipelines;

using Npgsql;

namespace Continuity.Bench.Scale;

/// <summary>
/// The cost of a task, and the time of a page of a list, with many finished pipelines in the store: against an empty store, and against the pages that one would write first, by their number.
/// </summary>
internal static class StoredPart
{
    private const int Gpus = 4;
    private const int Tasks = 200;
    private const int Runs = 3;

    // The compiler must be through with what is measured first, or that seems dear.
    private const int WarmUps = 15;
    private const int Pages = 100;
    private const double CostBar = 1.2;
    private const double PageBar = 50;

    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(10);

    private static int _seed;

    public static async Task<PartResult> RunAsync(string store, int pipelines)
    {
        Console.WriteLine($"--- {pipelines} finished pipelines in {store}: 1 silo, {Gpus} GPUs, prompts without work");
        await using var farm = await ScaleFarm.StartAsync(silos: 1, Gpus, postgres: store == "postgres");
        for (var warmUp = 0; warmUp < WarmUps; warmUp++)
        {
            await farm.RunAsync([Make()], 1);
        }

        var none = await CostAsync(farm);
        var clock = Stopwatch.StartNew();
        var deep = await FinishedPipelines.WriteAsync(farm, pipelines);
        Console.WriteLine($"written in {clock.Elapsed.TotalSeconds:0} s");
        var many = await CostAsync(farm);
        var ratio = many.Net / none.Net;
        Console.WriteLine($"processor time a task: {none.Net:0.0} ms with none, {many.Net:0.0} ms with {pipelines}: {ratio:0.00} times; with nothing to do {none.IdleShare * 1000:0} and {many.IdleShare * 1000:0} ms a second");

        // Lists while a pipeline runs.
        using var stop = new CancellationTokenSource();
        var running = KeepRunningAsync(farm, stop.Token);
        List<PageTimes> pages = [];
        foreach (var (name, query) in Queries(deep))
        {
            pages.Add(await PageTimes.OfAsync(name, Pages, async () => (await farm.Client.ListAsync(query)).Items.Length));
        }

        if (farm.ConnectionString is { } connection)
        {
            pages.Add(await NumberedPageAsync(connection, pipelines / 10 * 9));
        }

        await stop.CancelAsync();
        await running;
        foreach (var page in pages)
        {
            Console.WriteLine($"{page.Name,-42} {page.Found,4} found   p50 {page.P50,7:0.0} ms   p99 {page.P99,7:0.0} ms");
        }

        var holds = ratio <= CostBar && pages.Where(page => page.IsOurs).All(page => page.P50 <= PageBar);
        return new PartResult(
            new
            {
                part = "stored",
                store,
                pipelines,
                millisecondsPerTask = new { none = Math.Round(none.Net, 2), many = Math.Round(many.Net, 2) },
                ratio = Math.Round(ratio, 3),
                idleMillisecondsPerSecond = new { none = Math.Round(none.IdleShare * 1000), many = Math.Round(many.IdleShare * 1000) },
                pages = pages.Select(page => new { page.Name, page.Found, p50 = Math.Round(page.P50, 1), p99 = Math.Round(page.P99, 1) }),
                bars = new { ratio = CostBar, pageMilliseconds = PageBar },
                holds,
            },
            holds);
    }

    private static IEnumerable<(string Name, PipelineQuery Query)> Queries(string deep) =>
    [
        ("first page", new PipelineQuery()),
        ("page a tenth from the end", new PipelineQuery(After: deep)),
        ("failed ones, 1 in 100", new PipelineQuery(PipelineStatus.Failed)),
        ("failed ones, a tenth from the end", new PipelineQuery(PipelineStatus.Failed, After: deep)),
        ("search that finds all", new PipelineQuery(Search: FinishedPipelines.Common)),
        ("search that finds 1 in 1,000", new PipelineQuery(Search: FinishedPipelines.Rare)),
        ("failed ones, search that finds 1 in 1,000", new PipelineQuery(PipelineStatus.Failed, FinishedPipelines.Rare)),
        ("search that finds nothing", new PipelineQuery(Search: "no such film")),
    ];

    // What one would write first: pages by their number.
    private static async Task<PageTimes> NumberedPageAsync(string connectionString, int offset)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        return await PageTimes.OfAsync("(OFFSET, straight to PostgreSQL: the same deep page)", Pages, async () =>
        {
            await using var command = source.CreateCommand($"SELECT summary FROM pipeline ORDER BY created DESC, id DESC OFFSET {offset} LIMIT 50");
            await using var reader = await command.ExecuteReaderAsync();
            var found = 0;
            while (await reader.ReadAsync())
            {
                found++;
            }

            return found;
        }) with
        { IsOurs = false };
    }

    private static async Task<TaskCost> CostAsync(ScaleFarm farm)
    {
        var idle = await TaskCost.IdleAsync(farm, Idle);
        List<TaskCost> costs = [];
        for (var run = 0; run < Runs; run++)
        {
            costs.Add(await TaskCost.MeasureAsync(farm, [Make(), Make()], 1, idle));
        }

        return costs.OrderBy(cost => cost.Net).ElementAt(Runs / 2);
    }

    private static async Task KeepRunningAsync(ScaleFarm farm, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            await farm.RunAsync([Make()], 1);
        }
    }

    private static PipelineDefinition Make() => new ChainPlan(Tasks / 2, 2, 0).Make(PipelineId.New(), ++_seed);
}
