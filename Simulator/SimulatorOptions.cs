using System.Net;
using Continuity.Simulator.Gpu;

namespace Continuity.Simulator;

/// <summary>How a simulated server behaves. Everything has a default; times that cost nothing are zero.</summary>
public sealed class SimulatorOptions
{
    /// <summary>The address to listen on. Default 127.0.0.1.</summary>
    public IPAddress Address { get; set; } = IPAddress.Loopback;

    /// <summary>The TCP port there; 0 takes a free one. Default 0.</summary>
    public int Port { get; set; }

    /// <summary>Holds the folders input, output and temp. Default null: a folder of its own that is deleted on dispose.</summary>
    public string? DataDirectory { get; set; }

    /// <summary>A file that gets a JSON line for each thing that happens to a prompt, over crashes and restarts. Default null: none is written.</summary>
    public string? JournalPath { get; set; }

    /// <summary>A file that gets a line for each text message that goes out over a web socket: the machine's steady clock in ticks, a space, the message. Default null: none is written.</summary>
    public string? MessageLogPath { get; set; }

    /// <summary>A name for people. Default "simulator".</summary>
    public string Name { get; set; } = "simulator";

    /// <summary>Decides everything that the real server leaves to chance: set orders, generated names, random faults. Default 1.</summary>
    public int Seed { get; set; } = 1;

    /// <summary>Time of one sampling step. Default zero.</summary>
    public TimeSpan StepTime { get; set; }

    /// <summary>Time of one frame in a node that works frame by frame (decoding, upscaling, interpolation). Default zero.</summary>
    public TimeSpan FrameTime { get; set; }

    /// <summary>Time to bring a model file into memory when <see cref="ModelLoadTimes"/> does not name it. Default zero.</summary>
    public TimeSpan ModelLoadTime { get; set; }

    /// <summary>Load times by file name. Default empty.</summary>
    public IDictionary<string, TimeSpan> ModelLoadTimes { get; } = new Dictionary<string, TimeSpan>(StringComparer.Ordinal);

    /// <summary>Sizes by file name in bytes, over the built-in ones. Default empty.</summary>
    public IDictionary<string, long> ModelBytes { get; } = new Dictionary<string, long>(StringComparer.Ordinal);

    /// <summary>
    /// What the worker is busy with between two prompts, beside what this program does there itself (some 0.05 ms). Default zero; the real server takes 0.7 to 0.8 ms at the median.
    /// </summary>
    public TimeSpan TurnTime { get; set; }

    /// <summary>Installed model files by folder (checkpoints, loras, ...). Default: a common set; add and remove at will before the start.</summary>
    public IDictionary<string, ISet<string>> Models { get; } = StandardModels.Create();

    /// <summary>Video memory in bytes. Default 24 GiB.</summary>
    public long VramTotal { get; set; } = 24L << 30;

    /// <summary>The graphics card's name. Default "NVIDIA GeForce RTX 4090".</summary>
    public string GpuName { get; set; } = "NVIDIA GeForce RTX 4090";

    /// <summary>Most history entries kept. Default 10001, as measured on the real server.</summary>
    public int HistoryCap { get; set; } = 10_001;

    /// <summary>Samplers send a preview at every n-th step; 0 sends none, as the real server does without --preview-method. Default 0.</summary>
    public int PreviewEveryStep { get; set; }

    /// <summary>Longest request body in bytes. Default 100 MiB.</summary>
    public long MaxUploadSize { get; set; } = 100L << 20;

    /// <summary>Writes tiny precomputed files instead of pictures and videos of the true size, without ffmpeg: for load tests. Default false.</summary>
    public bool TinyMedia { get; set; }

    /// <summary>Longest run of one ffmpeg process. Default two minutes.</summary>
    public TimeSpan FfmpegTimeout { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>The ffmpeg program. Default "ffmpeg"; ffprobe is looked for beside it.</summary>
    public string FfmpegPath { get; set; } = "ffmpeg";

    /// <summary>The clock of waits and of time stamps. Default the system's.</summary>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;

    /// <summary>What a crash inside a node does. Default null: this server alone goes down as by <see cref="SimulatedComfy.CrashAsync"/>.</summary>
    public Action? ProcessCrash { get; set; }

    /// <summary>The faults to begin with. Default none.</summary>
    public SimulatorFaults Faults { get; set; } = new();
}
