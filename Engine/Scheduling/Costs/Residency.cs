using Continuity.Gpu;

namespace Continuity.Engine.Scheduling.Costs;

/// <summary>
/// Which model files a GPU is thought to hold, by what it executed: the most recently used ones that fit into its memory. What happens corrects it: a load where none was expected shows that
/// less fits than was thought, and the other way round.
/// </summary>
/// <param name="gigabytes">What fits, to begin with.</param>
/// <param name="sizeOf">The size of a file in gigabytes.</param>
public sealed class Residency(double gigabytes, Func<ModelFile, double> sizeOf)
{
    // What was used so long ago that this many files came since is certainly gone.
    private const int MostFiles = 64;

    private readonly List<ModelFile> _recent = [];
    private readonly HashSet<string> _held = new(StringComparer.Ordinal);
    private double _told = gigabytes;

    /// <summary>What is thought to fit, in gigabytes of the sizes that files are taken to have.</summary>
    public double Capacity { get; private set; } = gigabytes;

    /// <summary>The files that are thought to be held.</summary>
    public IReadOnlyCollection<string> Held => _held;

    /// <summary>Whether a file is thought to be held.</summary>
    /// <param name="model">The file.</param>
    /// <returns>Whether it is.</returns>
    public bool Holds(ModelFile model) => _held.Contains(model.FileName);

    /// <summary>A prompt executes: its files are held, and what they leave no room for is not.</summary>
    /// <param name="models">Its files.</param>
    public void Executes(IReadOnlyList<ModelFile> models)
    {
        foreach (var model in models)
        {
            _recent.RemoveAll(file => file.FileName == model.FileName);
        }

        _recent.InsertRange(0, models);
        if (_recent.Count > MostFiles)
        {
            _recent.RemoveRange(MostFiles, _recent.Count - MostFiles);
        }

        Settle(models.Count);
    }

    /// <summary>The instance was restarted or emptied: nothing is held.</summary>
    public void Clear()
    {
        _recent.Clear();
        _held.Clear();
    }

    /// <summary>The GPU tells its memory. What happened until then is forgotten.</summary>
    /// <param name="memory">Gigabytes.</param>
    public void Fits(double memory)
    {
        if (memory != _told)
        {
            (_told, Capacity) = (memory, memory);
            Settle(0);
        }
    }

    /// <summary>Files that were thought to be held had to be loaded.</summary>
    /// <param name="models">The files of the prompt that took too long.</param>
    /// <param name="before">What lay above the first of them before: see <see cref="DepthOf"/>.</param>
    public void WasMissing(IReadOnlyList<ModelFile> models, double before)
    {
        Capacity = Math.Max(models.Sum(sizeOf), Math.Min(Capacity, before * 0.99));
        Settle(models.Count);
    }

    /// <summary>Files that were thought to be gone were there.</summary>
    /// <param name="before">What lay above the last of them before: see <see cref="DepthOf"/>.</param>
    public void WasHeld(double before)
    {
        Capacity = Math.Max(Capacity, before);
        Settle(0);
    }

    /// <summary>How much memory it takes to hold all the files that were used as recently as the least recently used one of some.</summary>
    /// <param name="models">The files.</param>
    /// <returns>Gigabytes; infinite when one was not used within memory.</returns>
    public double DepthOf(IReadOnlyList<ModelFile> models)
    {
        var last = -1;
        foreach (var model in models)
        {
            var index = _recent.FindIndex(file => file.FileName == model.FileName);
            if (index < 0)
            {
                return double.PositiveInfinity;
            }

            last = Math.Max(last, index);
        }

        return _recent.Take(last + 1).Sum(sizeOf);
    }

    /// <summary>Which files would have to go for some others.</summary>
    /// <param name="models">What would be needed.</param>
    /// <returns>Files that are held and would not be any more.</returns>
    public IEnumerable<ModelFile> WouldLose(IReadOnlyList<ModelFile> models)
    {
        var used = models.Sum(sizeOf);
        foreach (var file in _recent)
        {
            if (!_held.Contains(file.FileName))
            {
                yield break;
            }

            if (!models.Any(model => model.FileName == file.FileName))
            {
                used += sizeOf(file);
                if (used > Capacity)
                {
                    yield return file;
                }
            }
        }
    }

    // What the prompt that executes needs is held whatever was thought to fit.
    private void Settle(int atLeast)
    {
        _held.Clear();
        var used = 0.0;
        for (var i = 0; i < _recent.Count; i++)
        {
            used += sizeOf(_recent[i]);
            if (i >= atLeast && used > Capacity)
            {
                break;
            }

            _held.Add(_recent[i].FileName);
        }
    }
}
