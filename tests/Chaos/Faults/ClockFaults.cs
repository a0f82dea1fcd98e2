using System.Globalization;

namespace Continuity.Chaos.Faults;

/// <summary>A silo whose clock jumps, by means of libfaketime.</summary>
internal static class ClockFaults
{
    private static readonly int[] Jumps = [-3600, -90, 90, 3600];

    public static IEnumerable<Fault> All => [new("clock-jump", 2, JumpAsync) { WhyNot = _ => FakeTime.WhyNot() }];

    private static async Task JumpAsync(Strike strike)
    {
        var silo = strike.Pick(strike.Farm.Silos);
        var clock = Path.Combine(strike.Farm.Folder, $"{silo.Name}-clock");
        await SetAsync(clock, 0);
        await silo.StopAsync();
        await silo.RestartAsync(plan => plan with
        {
            Environment = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["LD_PRELOAD"] = FakeTime.Library!,
                ["FAKETIME_TIMESTAMP_FILE"] = clock,
                ["FAKETIME_CACHE_DURATION"] = "1",

                // The monotonic clock is the machine's: it does not jump when somebody sets the time.
                ["FAKETIME_DONT_FAKE_MONOTONIC"] = "1",
            },
        });
        await strike.PauseAsync(0, 1);
        var jump = strike.Pick(Jumps);
        await SetAsync(clock, jump);
        strike.Note($"the clock of {silo.Name} jumped by {jump} s");
        await strike.PauseAsync(2, 4);
        if (strike.Random.Next(2) == 0)
        {
            await SetAsync(clock, 0);
            strike.Note("and back");
        }
    }

    // Put in place whole: the library reads it at any moment.
    private static async Task SetAsync(string path, int seconds)
    {
        await File.WriteAllTextAsync($"{path}.part", string.Create(CultureInfo.InvariantCulture, $"{(seconds < 0 ? "" : "+")}{seconds}"));
        File.Move($"{path}.part", path, overwrite: true);
    }
}
