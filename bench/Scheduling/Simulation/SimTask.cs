namespace Continuity.Bench.Scheduling;

/// <summary>A task of a workload.</summary>
/// <param name="index">Its place in the workload; those that it depends on stand before it.</param>
/// <param name="owner">Whose it is.</param>
/// <param name="profile">Its workflow.</param>
/// <param name="work">How long it runs on a GPU of speed 1, its models loaded.</param>
/// <param name="releaseAt">When it is submitted.</param>
/// <param name="dependencies">The tasks whose results it needs.</param>
internal sealed class SimTask(int index, int owner, Profile profile, double work, double releaseAt, params int[] dependencies)
{
    public int Index => index;

    public int Owner => owner;

    public Profile Profile => profile;

    public double Work => work;

    public double ReleaseAt => releaseAt;

    public IReadOnlyList<int> Dependencies => dependencies;
}
