// For how long does a GPU do nothing between two prompts? Pairs of prompts of a second, the second of each made from the picture of the first, on one simulated GPU in a process of
// its own: straight in ComfyUI's own queue, by this project, and by a script that sends the next prompt when it sees the end of one; in alternating passes, over loopback and with
// 20 ms of network in each direction. The gap is that inside ComfyUI, from the end of an execution to the start of the next. Exits with 0 only when this project's median is at
// most 1.1 times that of ComfyUI's own queue in both. Beside it, without a bar: two GPUs and a fresh store, where nobody knows yet how long prompts take.
using System.CommandLine;
using System.Globalization;
using System.Text.Json;

using Continuity.Bench.Gap;

const double MaxRatio = 1.1;
const double Seconds = 1;
var delay = TimeSpan.FromMilliseconds(20);

var passesOption = new Option<int>("--passes") { Description = "Passes of each way over each network", DefaultValueFactory = _ => 3 };
var pairsOption = new Option<int>("--pairs") { Description = "Pairs of prompts in a pass", DefaultValueFactory = _ => 6 };
var command = new RootCommand("Measures the idle time of a GPU between prompts.") { passesOption, pairsOption };
command.SetAction(async (parse, _) => await RunAsync(parse.GetValue(passesOption), parse.GetValue(pairsOption)));
return await command.Parse(args).InvokeAsync();

async Task<int> RunAsync(int passes, int pairs)
{
    var load = File.Exists("/proc/loadavg") ? File.ReadAllText("/proc/loadavg").Split(' ')[0] : "unknown";
    var folder = Directory.CreateTempSubdirectory("continuity-gap-").FullName;
    try
    {
        Console.WriteLine($"{Environment.ProcessorCount} cores, load average before the start {load}; {passes} passes of {2 * pairs} prompts of {Seconds} s");
        await using var near = await Network.StartAsync("loopback", Path.Combine(folder, "near"), TimeSpan.Zero);
        await using var far = await Network.StartAsync("20 ms each way", Path.Combine(folder, "far"), delay);
        Network[] networks = [near, far];
        var figures = networks.ToDictionary(network => network, network => network.Ways.ToDictionary(way => way, _ => new Figures()));
        var seed = 0;
        for (var pass = 0; pass <= passes; pass++)
        {
            foreach (var network in networks)
            {
                foreach (var way in pass % 2 == 0 ? network.Ways : network.Ways.Reverse())
                {
                    // The first pass pays for compilation, and this project learns from it how long such prompts take; it is thrown away.
                    var gaps = await network.MeasureAsync(way, pass == 0 ? 2 : pairs, Seconds, ++seed);
                    if (pass > 0)
                    {
                        figures[network][way].Add(gaps);
                        Console.WriteLine($"pass {pass}  {network.Name,-15} {way.Name,-14} {string.Join(' ', gaps.Select(Text))}");
                    }
                }
            }
        }

        var fresh = await FreshFleet.MeasureAsync(Path.Combine(folder, "fresh"), pairs, Seconds, ++seed);
        Console.WriteLine($"fresh   two GPUs        Continuity     {string.Join(" | ", fresh.Select(gaps => string.Join(' ', gaps.Select(Text))))}");
        return Tell(networks, figures, fresh, passes, load);
    }
    finally
    {
        Directory.Delete(folder, recursive: true);
    }
}

int Tell(Network[] networks, Dictionary<Network, Dictionary<IWay, Figures>> figures, List<List<double>> fresh, int passes, string load)
{
    Console.WriteLine();
    Console.WriteLine($"{"gap, ms",-15} {"",-14} {"p50",8} {"p90",8} {"max",8}   of the own queue's p50");
    foreach (var network in networks)
    {
        foreach (var way in network.Ways)
        {
            var own = figures[network][way];
            Console.WriteLine($"{network.Name,-15} {way.Name,-14} {Text(own.Percentile(0.5)),8} {Text(own.Percentile(0.9)),8} {Text(own.Percentile(1)),8}   {Ratio(network, way).ToString("0.00", CultureInfo.InvariantCulture)}");
        }
    }

    var first = new Figures();
    first.Add(fresh.SelectMany(gaps => gaps));
    Console.WriteLine($"{"two GPUs, fresh",-15} {"Continuity",-14} {Text(first.Percentile(0.5)),8} {Text(first.Percentile(0.9)),8} {Text(first.Percentile(1)),8}   no bar");
    var holds = Array.TrueForAll(networks, network => Ratio(network, network.Ways[1]) <= MaxRatio);
    Console.WriteLine(JsonSerializer.Serialize(new
    {
        bench = "gap",
        passes,
        cores = Environment.ProcessorCount,
        loadBefore = load,
        unit = "ms",
        rows = networks.SelectMany(network => network.Ways.Select(way => new
        {
            network = network.Name,
            way = way.Name,
            gap = figures[network][way].Rounded(),
            ratio = Math.Round(Ratio(network, way), 3),
        })),
        twoFreshGpus = first.Rounded(),
        limits = new { ratio = MaxRatio },
        holds,
    }));
    return holds ? 0 : 1;

    double Ratio(Network network, IWay way) => figures[network][way].Percentile(0.5) / figures[network][network.Ways[0]].Percentile(0.5);
}

static string Text(double milliseconds) => milliseconds.ToString(milliseconds < 10 ? "0.00" : "0", CultureInfo.InvariantCulture);
