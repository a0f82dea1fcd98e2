using System.Globalization;

namespace Continuity.Bench;

/// <summary>Runs chains with several runners in alternating passes, and prints what each achieved.</summary>
internal static class ChainBench
{
    public const int Steps = 3;
    public const int ChainsOfOne = 300;
    public const int Many = 64;

    public static async Task<IReadOnlyList<Figures>> RunAsync(int passes, int chainsOfMany, string load, IEnumerable<Func<Task<IChainRunner>>> all)
    {
        var figures = new List<Figures>();
        try
        {
            foreach (var start in all)
            {
                figures.Add(new Figures(await start()));
            }

            Console.WriteLine($"{Environment.ProcessorCount} cores, load average before the start {load}; {passes} passes, {ChainsOfOne} chains one at a time, {chainsOfMany} chains {Many} at a time");
            for (var pass = 0; pass <= passes; pass++)
            {
                foreach (var entry in pass % 2 == 0 ? figures : Enumerable.Reverse(figures))
                {
                    // The first pass pays for compilation and is thrown away.
                    var one = await entry.Runner.RunAsync(ChainsOfOne, 1);
                    var many = await entry.Runner.RunAsync(chainsOfMany, Many);
                    if (pass > 0)
                    {
                        entry.Add(one, many);
                    }

                    Console.WriteLine(string.Create(
                        CultureInfo.InvariantCulture,
                        $"{(pass == 0 ? "warm-up" : $"pass {pass}"),-8} {entry.Runner.Name,-18} 1 in flight: p50 {one.Percentile(0.5),6:0.00} p99 {one.Percentile(0.99),6:0.0} ms   {Many} in flight: {many.ChainsPerSecond,5:0} chains/s {many.ChainsPerSecond * Steps,6:0} steps/s, p50 {many.Percentile(0.5),6:0.0} ms"));
                }
            }
        }
        finally
        {
            foreach (var entry in figures)
            {
                await entry.Runner.DisposeAsync();
            }
        }

        Console.WriteLine();
        Console.WriteLine($"{"",-18} {"p50 of a chain, ms",-26} {$"steps/s, {Many} in flight",-26} durability");
        foreach (var entry in figures)
        {
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{entry.Runner.Name,-18} {$"{entry.P50.Median:0.00} ({entry.P50.Min:0.00} to {entry.P50.Max:0.00})",-26} {Text(entry.StepsPerSecond),-26} {entry.Runner.Durability}"));
        }

        return figures;
    }

    private static string Text(Spread spread) => string.Create(CultureInfo.InvariantCulture, $"{spread.Median:0} ({spread.Min:0} to {spread.Max:0})");
}
