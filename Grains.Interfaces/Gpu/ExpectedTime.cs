namespace Continuity.Gpu;

/// <summary>What a prompt was thought to take on the GPU that it was given to.</summary>
/// <param name="Load">Seconds to load the files that the GPU is thought not to hold.</param>
/// <param name="Run">Seconds to execute after that.</param>
/// <param name="Deviation">The mean distance of its run times from <paramref name="Run"/>, in seconds.</param>
/// <param name="Samples">Of how many runs that was learned; 0 when it is a guess.</param>
/// <param name="Reload">Seconds to load all its files.</param>
[GenerateSerializer, Immutable, Alias("continuity.expected-time")]
public sealed record ExpectedTime(
    [property: Id(0)] double Load,
    [property: Id(1)] double Run,
    [property: Id(2)] double Deviation,
    [property: Id(3)] int Samples,
    [property: Id(4)] double Reload);
