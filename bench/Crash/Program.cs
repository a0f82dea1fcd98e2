// What a cluster keeps when its parts die. Exits with 0 only when every bar holds; see Bars.
using System.CommandLine;
using System.Text.Json;

using Continuity.Bench.Crash;

var part = new Option<string>("--part") { Description = "What to run: chains, failover, acks, rolling, runs or all", DefaultValueFactory = _ => "all" };
var runs = new Option<int>("--runs") { Description = "Seeded crash runs", DefaultValueFactory = _ => 200 };
var seed = new Option<int>("--seed") { Description = "Seed of the first run; the others follow it", DefaultValueFactory = _ => Random.Shared.Next(1, 1_000_000) };
var fault = new Option<string?>("--fault") { Description = "Only this fault" };
var store = new Option<string?>("--store") { Description = "Chains only in this store: sqlite or postgres" };
var trace = new Option<bool>("--trace") { Description = "Tell what happened when, on standard error" };
var commands = new Option<int>("--commands") { Description = "Acknowledged commands to look for", DefaultValueFactory = _ => 10_000 };
var command = new RootCommand("Kills parts of a cluster while it works, and checks what is left.") { part, runs, seed, fault, store, trace, commands };
command.SetAction(async (parse, _) =>
{
    var options = new CrashOptions(parse.GetValue(runs), parse.GetValue(seed), parse.GetValue(fault), parse.GetValue(store), parse.GetValue(trace), parse.GetValue(commands));
    var chosen = parse.GetValue(part)!;
    var all = new (string Name, Func<CrashOptions, Task<PartResult>> Run)[] { ("chains", ChainsPart.RunAsync), ("failover", FailoverPart.RunAsync), ("acks", AcksPart.RunAsync), ("rolling", RollingPart.RunAsync), ("runs", RunsPart.RunAsync) };
    var holds = true;
    foreach (var (name, run) in all.Where(candidate => chosen == "all" || candidate.Name == chosen))
    {
        Console.WriteLine($"--- {name} (seed {options.Seed})");
        var result = await run(options);
        Console.WriteLine(JsonSerializer.Serialize(result.Figures));
        holds &= result.Holds;
    }

    return holds ? 0 : 1;
});
return await command.Parse(args).InvokeAsync();
