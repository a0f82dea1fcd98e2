namespace Continuity.Bench.Scheduling;

/// <summary>Collects the tasks of a workload. Run times vary by a tenth up and down, by the seed.</summary>
internal sealed class TaskList(int seed)
{
    private const double Jitter = 0.1;

    private readonly List<SimTask> _tasks = [];

    /// <summary>For whatever else is left to chance.</summary>
    public Random Random { get; } = new(seed);

    public IReadOnlyList<SimTask> Tasks => _tasks;

    /// <summary>Adds a task.</summary>
    /// <returns>Its index.</returns>
    public int Add(int owner, Profile profile, double releaseAt = 0, params int[] dependencies) =>
        Put(owner, profile, profile.WorkSeconds * (1 + (Jitter * ((2 * Random.NextDouble()) - 1))), releaseAt, dependencies);

    /// <summary>Adds a task that takes exactly as long as its profile says.</summary>
    public void AddExactly(int owner, Profile profile) => Put(owner, profile, profile.WorkSeconds, releaseAt: 0);

    /// <summary>Adds a shot: a keyframe, the video of it, that one larger, and with more frames.</summary>
    public void AddShot(int owner, double releaseAt, Profile keyframe, Profile video)
    {
        var last = Add(owner, keyframe, releaseAt);
        foreach (var profile in new[] { video, Catalogue.Upscale, Catalogue.Interpolate })
        {
            last = Add(owner, profile, releaseAt, last);
        }
    }

    private int Put(int owner, Profile profile, double work, double releaseAt, params int[] dependencies)
    {
        _tasks.Add(new SimTask(_tasks.Count, owner, profile, work, releaseAt, dependencies));
        return _tasks.Count - 1;
    }
}
