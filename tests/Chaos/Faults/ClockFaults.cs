using System.Globalization;

using Continuity.Chaos.Processes;

namespace Continuity.Chaos.Faults;

/// <summary>A silo whose clock jumps, by means of libfaketime.</summary>
internal static class ClockFaults
{
    // One on each GPU.
    private const int FailingPrompts = 2;

    private static readonly int[] Jumps = [-3600, -90, 90, 3600];

    public static IEnumerable<Fault> All => [new("clock-jump", 2, JumpAsync) { PrepareAsync = LieAsync, PromptsFail = FailingPrompts, WhyNot = _ => FakeTime.WhyNot() }];

    // Started again with a clock that can be set.
    private static async Task LieAsync(Strike strike)
    {
        var silo = strike.Pick(strike.Farm.Silos);
        var clock = ClockOf(strike, silo);
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
    }

    private static async Task JumpAsync(Strike strike)
    {
        var silo = strike.Farm.Silos.Single(candidate => candidate.IsChanged);
        var jump = strike.Pick(Jumps);
        await SetAsync(ClockOf(strike, silo), jump);
        strike.Note($"the clock of {silo.Name} jumped by {jump} s");

        // So that a time to wait for is written down while the clock is wrong.
        foreach (var gpu in strike.Farm.Gpus)
        {
            await gpu.SetFaultsAsync(new { fail_next_prompts = 1 });
        }

        await strike.PauseAsync(2, 4);
        if (strike.Random.Next(2) == 0)
        {
            await SetAsync(ClockOf(strike, silo), 0);
            strike.Note("and back");
        }
    }

    private static string ClockOf(Strike strike, SiloProcess silo) => Path.Combine(strike.Farm.Folder, $"{silo.Name}-clock");

    // Put in place whole: the library reads it at any moment.
    private static async Task SetAsync(string path, int seconds)
    {
        await File.WriteAllTextAsync($"{path}.part", string.Create(CultureInfo.InvariantCulture, $"{(seconds < 0 ? "" : "+")}{seconds}"));
        File.Move($"{path}.part", path, overwrite: true);
    }
}
