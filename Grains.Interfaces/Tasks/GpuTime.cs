namespace Continuity.Tasks;

/// <summary>
/// Where the seconds of an attempt on a GPU went. Working, swapping and waiting together are the time for which its slot was the one that the GPU executed; transfers go on beside that as well.
/// See <c>docs/account.md</c> for which clock tells what. What is not known is not in it.
/// </summary>
[GenerateSerializer, Immutable, Alias("continuity.gpu-time")]
public sealed record GpuTime
{
    /// <summary>Seconds that the prompt executed, without those in <see cref="Swapping"/>.</summary>
    [Id(0)] public double Working { get; init; }

    /// <summary>Seconds of its execution that are thought to have been the loading of models: an estimate.</summary>
    [Id(1)] public double Swapping { get; init; }

    /// <summary>Seconds that the GPU did nothing, waiting for this attempt.</summary>
    [Id(2)] public double Waiting { get; init; }

    /// <summary>Seconds that its inputs were sent and its outputs fetched, whether the GPU worked meanwhile or not.</summary>
    [Id(3)] public double Transferring { get; init; }

    /// <summary>Seconds of the GPU: working, swapping and waiting.</summary>
    public double Total => Working + Swapping + Waiting;

    /// <summary>Adds two of them up.</summary>
    /// <param name="one">One; <see langword="null"/> counts as nothing.</param>
    /// <param name="other">The other; <see langword="null"/> counts as nothing.</param>
    /// <returns>The sum; <see langword="null"/> when both are.</returns>
    public static GpuTime? Sum(GpuTime? one, GpuTime? other) => (one, other) switch
    {
        (null, _) => other,
        (_, null) => one,
        _ => new GpuTime
        {
            Working = one.Working + other.Working,
            Swapping = one.Swapping + other.Swapping,
            Waiting = one.Waiting + other.Waiting,
            Transferring = one.Transferring + other.Transferring,
        },
    };
}
