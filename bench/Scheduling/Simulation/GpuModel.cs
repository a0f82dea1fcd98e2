namespace Continuity.Bench.Scheduling;

/// <summary>A kind of GPU.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Gigabytes">Its memory.</param>
/// <param name="Speed">How much faster than a GPU of speed 1 it works. Loading is bound by the disk and takes the same time everywhere.</param>
internal sealed record GpuKind(string Name, double Gigabytes, double Speed);

/// <summary>A GPU in virtual time: what it executes, what is staged behind that, and which models it holds. The least recently used ones go when room is needed.</summary>
internal sealed class GpuModel(int id, GpuKind kind)
{
    private readonly Queue<Decision> _items = [];
    private readonly List<Model> _resident = [];
    private double _residentGigabytes;

    public int Id => id;

    public GpuKind Kind => kind;

    /// <summary>Slots in use: 0 is idle, 1 has one item executing, 2 has another staged behind it.</summary>
    public int Used => _items.Count;

    /// <summary>What executes.</summary>
    public Decision Executing => _items.Peek();

    /// <summary>The workflow that it ran last, or runs.</summary>
    public Profile? LastRun { get; private set; }

    public void Accept(Decision item) => _items.Enqueue(item);

    public Decision Finish() => _items.Dequeue();

    public bool Holds(Model model) => _resident.Contains(model);

    /// <summary>How long it would load before it could run a workflow.</summary>
    public double LoadSeconds(Profile profile)
    {
        var seconds = 0.0;
        foreach (var model in profile.Models)
        {
            seconds += Holds(model) ? 0 : model.LoadSeconds;
        }

        return seconds;
    }

    /// <summary>Makes the models of a workflow resident, which runs next.</summary>
    /// <param name="profile">The workflow.</param>
    /// <returns>How long the loading takes.</returns>
    public double Bring(Profile profile)
    {
        LastRun = profile;
        return Bring(profile.Models);
    }

    /// <summary>Makes models resident.</summary>
    /// <param name="models">The models.</param>
    /// <returns>How long the loading takes.</returns>
    public double Bring(IReadOnlyList<Model> models)
    {
        var (missing, seconds) = (0.0, 0.0);
        foreach (var model in models)
        {
            if (_resident.Remove(model))
            {
                _resident.Add(model);
            }
            else
            {
                missing += model.Gigabytes;
                seconds += model.LoadSeconds;
            }
        }

        if (seconds == 0)
        {
            return 0;
        }

        while (_residentGigabytes + missing > kind.Gigabytes + 1e-9)
        {
            var oldest = _resident.Count > 0 ? _resident[0] : null;
            if (oldest is null || models.Contains(oldest))
            {
                throw new InvalidOperationException($"{string.Join(", ", models.Select(model => model.Name))} do not fit into the {kind.Gigabytes} GB of a {kind.Name}.");
            }

            _resident.RemoveAt(0);
            _residentGigabytes -= oldest.Gigabytes;
        }

        foreach (var model in models)
        {
            if (!Holds(model))
            {
                _resident.Add(model);
                _residentGigabytes += model.Gigabytes;
            }
        }

        return seconds;
    }
}
