using System.Globalization;

namespace Continuity.Chaos.Runs;

/// <summary>Where random tests begin.</summary>
public static class Seeds
{
    private const string Variable = "CONTINUITY_SEED";

    /// <summary>The seed that <c>CONTINUITY_SEED</c> names, or a random one.</summary>
    public static int First() => Read(Variable) ?? Random.Shared.Next(1, 1_000_000);

    /// <summary>Reads a number from the environment.</summary>
    /// <returns>The number; <see langword="null"/> when it is not set.</returns>
    public static int? Read(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : null;
}
