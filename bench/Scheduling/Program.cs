// How good are the choices which GPU runs what? The production policy beside six others on the same workloads in virtual time; nothing waits and nothing is left to chance but what the seed
// says. Exits with 0 only when every bar holds; see Bars.
using System.CommandLine;
using System.Globalization;
using System.Text.Json;

using Continuity.Bench.Scheduling;

var seed = new Option<int>("--seed") { Description = "Seed of the workloads", DefaultValueFactory = _ => 1 };
var only = new Option<string?>("--workload") { Description = "Only this workload; 'rate' for the speed of decisions" };
var all = new Option<bool>("--bars") { Description = "Also tell the bars that hold" };
var command = new RootCommand("Compares scheduling policies in virtual time.") { seed, only, all };
command.SetAction(parse => Run(parse.GetValue(seed), parse.GetValue(only), parse.GetValue(all)));
return await command.Parse(args).InvokeAsync();

static int Run(int seed, string? only, bool all)
{
    List<Workload> workloads =
    [
        Film.Create(seed), Directors.Create(seed), Studio.Create(seed), LargeFleet.Create(seed), .. Bursts.Create(), .. Mixes.Create(seed), .. Shares.Create(seed),
    ];

    if (only is not (null or "rate") && workloads.TrueForAll(workload => workload.Name != only))
    {
        Console.Error.WriteLine($"There is no workload {only}. There are: {string.Join(", ", workloads.Select(workload => workload.Name))}, rate.");
        return 2;
    }

    // The first runs pay for compilation and are thrown away.
    foreach (var policy in Policies())
    {
        Simulator.Run(Film.Create(seed), policy);
    }

    var outcomes = workloads.Where(workload => only is null || workload.Name == only).Select(Measure).ToList();
    var bars = outcomes.SelectMany(Bars.Of).ToList();
    if (only is null or "rate")
    {
        bars.Add(Bars.OfDecisions("an even mix", DecisionRate.Measure(backlog: false)));
        bars.Add(Bars.OfDecisions("a backlog of large tickets", DecisionRate.Measure(backlog: true)));
    }

    foreach (var bar in bars.Where(bar => all || !bar.Holds || bar.Reach is not null || bar.Name == "decisions/s"))
    {
        Console.WriteLine(Bars.Describe(bar));
    }

    var counted = bars.Where(bar => bar.Counts).ToList();
    var broken = counted.Where(bar => !bar.Holds).ToList();
    Console.WriteLine($"{counted.Count - broken.Count} of {counted.Count} bars hold");
    Console.WriteLine(JsonSerializer.Serialize(new
    {
        bench = "scheduling",
        seed,
        workloads = outcomes.Select(outcome => new
        {
            name = outcome.Workload.Name,
            lowerBound = Math.Round(outcome.LowerBound, 1),
            rows = outcome.Baselines.Prepend(outcome.Ours).Select(Rounded),
        }),
        decisionsPerSecond = bars.Where(bar => bar.Name == "decisions/s").Select(bar => new { bar.Where, perSecond = Math.Round(bar.Value) }),
        bars = counted.Count,
        broken = broken.Select(Short),
        outOfReach = bars.Where(bar => !bar.Counts).Select(Short),
        holds = broken.Count == 0,
    }, new JsonSerializerOptions { PropertyNamingPolicy = JsonNamingPolicy.CamelCase }));
    return broken.Count == 0 ? 0 : 1;
}

// The production policy first.
static IEnumerable<ISchedulingPolicy> Policies() =>
    [new Production(), new FirstIdle(), new FirstIdleWithAffinity(), new RoundRobin(), new LeastQueue(), new SwarmUi(), new InvokeAi()];

static Outcome Measure(Workload workload)
{
    var bound = LowerBound.Of(workload);
    Console.WriteLine($"--- {workload.Name}: {workload.About}");
    Console.WriteLine($"{"",-16} {"makespan s",11} {"x bound",8} {"swaps",8} {"swap s",10} {"busy",6} {"wait p50",9} {"p95",9} {"deferral",9} {"Jain",6} {"shares",9} {"decisions/s",12}");
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{"lower bound",-16} {bound,11:#,0.0} {1,8:0.00}"));
    var figures = new List<Figures>();
    foreach (var policy in Policies())
    {
        var log = Simulator.Run(workload, policy);
        Invariants.Check(workload, policy, log, bound);
        var row = Figures.Of(workload, policy, log);
        figures.Add(row);
        var shares = workload.IsShared ? string.Join('/', row.Shares.Select(share => share.ToString("0%", CultureInfo.InvariantCulture))) : "";
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{row.Policy,-16} {row.Makespan,11:#,0.0} {row.Makespan / bound,8:0.00} {row.Swaps,8:#,0} {row.SwapSeconds,10:#,0} {row.Busy,6:0%} {row.WaitP50,9:#,0} {row.WaitP95,9:#,0} {row.LongestDeferral,9:#,0} {row.Jain,6:0.00} {shares,9} {row.DecisionsPerSecond,12:#,0}"));
    }

    Console.WriteLine();
    return new Outcome(workload, bound, figures[0], figures[1..]);
}

static object Short(Bar bar) => new { bar.Name, bar.Where, Value = Math.Round(bar.Value, 3), bar.Limit };

static object Rounded(Figures row) => new
{
    name = row.Policy,
    makespan = Math.Round(row.Makespan, 1),
    swaps = row.Swaps,
    swapSeconds = Math.Round(row.SwapSeconds, 1),
    busy = Math.Round(row.Busy, 3),
    waitP50 = Math.Round(row.WaitP50, 1),
    waitP95 = Math.Round(row.WaitP95, 1),
    longestDeferral = Math.Round(row.LongestDeferral, 1),
    jain = row.Jain is { } jain ? Math.Round(jain, 3) : (double?)null,
    decisionsPerSecond = Math.Round(row.DecisionsPerSecond),
};
