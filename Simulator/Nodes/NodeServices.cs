using Continuity.Simulator.Faults;
using Continuity.Simulator.Gpu;
using Continuity.Simulator.Hosting;
using Continuity.Simulator.Media;
using Continuity.Simulator.Storage;

namespace Continuity.Simulator.Nodes;

/// <summary>What nodes may use of the server they run in.</summary>
internal sealed class NodeServices(
    SimulatorOptions options,
    DataFolders folders,
    ModelMemory memory,
    FaultGate faultGate,
    StatisticsRecorder statistics,
    Ffmpeg ffmpeg)
{
    private readonly Random _random = new(options.Seed);

    public SimulatorOptions Options => options;

    public SimulatorFaults Faults => options.Faults;

    public TimeProvider Time => options.TimeProvider;

    public DataFolders Folders => folders;

    public ModelMemory Memory => memory;

    public FaultGate FaultGate => faultGate;

    public StatisticsRecorder Statistics => statistics;

    public Ffmpeg Ffmpeg => ffmpeg;

    public OutputCounters Counters { get; } = new();

    public string RandomLetters(int count) =>
        string.Create(count, _random, (span, random) =>
        {
            foreach (ref var c in span)
            {
                c = "abcdefghijklmnopqrstupvxyz"[random.Next(26)];
            }
        });
}
