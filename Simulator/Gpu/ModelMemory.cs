using Continuity.Simulator.Hosting;
using Continuity.Simulator.Json;
using Continuity.Simulator.Storage;

namespace Continuity.Simulator.Gpu;

/// <summary>Which model files are in video memory; the least recently used go first when another does not fit.</summary>
internal sealed class ModelMemory(SimulatorOptions options, StatisticsRecorder statistics, PromptJournal journal)
{
    private const long GiB = 1L << 30;
    private readonly Lock _lock = new();
    private readonly LinkedList<(string File, long Bytes)> _resident = [];

    public long Used
    {
        get
        {
            lock (_lock)
            {
                return _resident.Sum(m => m.Bytes);
            }
        }
    }

    public IReadOnlyList<string> Resident
    {
        get
        {
            lock (_lock)
            {
                return [.. _resident.Select(m => m.File)];
            }
        }
    }

    /// <summary>Brings a file into memory, in its load time when it is not there; loading does not look at interrupts.</summary>
    public async Task UseAsync(string folder, string file, CancellationToken cancellationToken)
    {
        if (Touch(file))
        {
            return;
        }

        var bytes = SizeOf(folder, file);
        MakeRoom(bytes);
        var time = options.ModelLoadTimes.TryGetValue(file, out var known) ? known : options.ModelLoadTime;
        if (time > TimeSpan.Zero)
        {
            await Task.Delay(time, options.TimeProvider, cancellationToken);
        }

        lock (_lock)
        {
            _resident.AddFirst((file, bytes));
        }

        statistics.ModelLoaded(file);
        journal.Loaded(file);
    }

    public void UnloadAll()
    {
        lock (_lock)
        {
            _resident.Clear();
        }
    }

    public long SizeOf(string folder, string file) => options.ModelBytes.TryGetValue(file, out var bytes) ? bytes : folder switch
    {
        _ when file.Contains("14B", StringComparison.Ordinal) => 14 * GiB,
        _ when file.Contains("5B", StringComparison.Ordinal) => 10 * GiB,
        _ when file.Contains("flux1", StringComparison.Ordinal) => file.Contains("fp8", StringComparison.Ordinal) ? 12 * GiB : 23 * GiB,
        _ when file.Contains("xxl", StringComparison.Ordinal) => file.Contains("fp8", StringComparison.Ordinal) ? 5 * GiB : 10 * GiB,
        "checkpoints" => file.Contains("xl", StringComparison.Ordinal) ? 7 * GiB : 4 * GiB,
        "diffusion_models" => 12 * GiB,
        "clip_vision" => GiB,
        "vae" => file.Contains("2.2", StringComparison.Ordinal) ? GiB + (GiB / 3) : GiB / 3,
        "loras" => GiB / 2,
        _ => GiB / 8,
    };

    private bool Touch(string file)
    {
        lock (_lock)
        {
            for (var node = _resident.First; node is not null; node = node.Next)
            {
                if (node.Value.File == file)
                {
                    _resident.Remove(node);
                    _resident.AddFirst(node);
                    return true;
                }
            }

            return false;
        }
    }

    private void MakeRoom(long bytes)
    {
        lock (_lock)
        {
            var used = _resident.Sum(m => m.Bytes);
            if (bytes > options.VramTotal || (options.Faults.OutOfMemoryWhenModelsExceedVram && used + bytes > options.VramTotal))
            {
                throw OutOfMemory(bytes);
            }

            while (used + bytes > options.VramTotal && _resident.Last is { } last)
            {
                used -= last.Value.Bytes;
                _resident.RemoveLast();
                statistics.Update(s => s with { ModelEvictions = s.ModelEvictions + 1 });
            }
        }
    }

    public static PythonException OutOfMemory(long bytes, string note = "") => new(
        "torch.cuda.OutOfMemoryError",
        $"CUDA out of memory. Tried to allocate {(double)bytes / GiB:0.00} GiB{note}");
}
