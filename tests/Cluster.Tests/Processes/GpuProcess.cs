using System.Collections.Immutable;
using System.Net.Http.Json;
using System.Text.Json;

namespace Continuity.Cluster.Tests.Processes;

/// <summary>A simulated ComfyUI in a process of its own. It can be killed and started again on its port and folder.</summary>
internal sealed class GpuProcess : IAsyncDisposable
{
    private const string Listening = "listening on ";

    private static readonly string[] Samplers = ["KSampler"];

    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    private readonly string _folder;
    private readonly GpuPace _pace;
    private readonly HttpClient _http = new();
    private ProgramRun _program;

    private GpuProcess(string folder, GpuPace pace, ProgramRun program, Uri address) =>
        (_folder, _pace, _program, Address) = (folder, pace, program, address);

    public Uri Address { get; }

    public static async Task<GpuProcess> StartAsync(string folder, GpuPace pace)
    {
        Directory.CreateDirectory(folder);
        var program = Launch(folder, pace, port: 0);
        return new GpuProcess(folder, pace, program, await AddressAsync(program));
    }

    /// <summary>What it has done in this life of the process.</summary>
    public async Task<GpuCounts> CountsAsync() =>
        await _http.GetFromJsonAsync<GpuCounts>(new Uri(Address, "_sim/stats"), Json) ?? throw new InvalidOperationException("The simulator told nothing.");

    /// <summary>The ids of the prompts that execute and that wait.</summary>
    public async Task<GpuLoad> LoadAsync()
    {
        var queue = await _http.GetFromJsonAsync<JsonElement>(new Uri(Address, "queue"));
        return new GpuLoad(Ids("queue_running"), Ids("queue_pending"));

        ImmutableArray<string> Ids(string key) => [.. queue.GetProperty(key).EnumerateArray().Select(item => item[1].GetString()!)];
    }

    /// <summary>Sampling hangs from now on, until <see cref="ReleaseAsync"/>: a prompt that began does not end before the test wants it to.</summary>
    public Task HangAsync() => SetFaultsAsync(new { hang = Samplers });

    /// <summary>Lets what hangs go on.</summary>
    public Task ReleaseAsync() => SetFaultsAsync(new { release = Samplers });

    /// <summary>Waits until a prompt executes.</summary>
    public Task ExecutingAsync() => Patience.UntilAsync(LoadAsync, load => !load.Running.IsEmpty, load => $"{load}");

    public Task KillAsync() => _program.KillAsync();

    /// <summary>Starts it again after <see cref="KillAsync"/>, with nothing in its memory.</summary>
    public async Task RestartAsync()
    {
        await _program.DisposeAsync();
        _program = Launch(_folder, _pace, Address.Port);
        Assert.Equal(Address, await AddressAsync(_program));
    }

    public async ValueTask DisposeAsync()
    {
        await _program.DisposeAsync();
        _http.Dispose();
    }

    private async Task SetFaultsAsync<T>(T faults)
    {
        using var answer = await _http.PostAsJsonAsync(new Uri(Address, "_sim/faults"), faults);
        answer.EnsureSuccessStatusCode();
    }

    private static ProgramRun Launch(string folder, GpuPace pace, int port) => ProgramRun.Start(
        "Continuity.Simulator.dll",
        folder,
        [
            "--port", $"{port}", "--data", Path.Combine(folder, "comfy"), "--step-time", $"{pace.Step.TotalSeconds}",
            "--load-time", $"{pace.Load.TotalSeconds}", "--frame-time", $"{pace.Frame.TotalSeconds}",
        ]);

    private static async Task<Uri> AddressAsync(ProgramRun program)
    {
        var line = await program.LineAsync(line => line.StartsWith(Listening, StringComparison.Ordinal), "where it listens");
        return new Uri(line[Listening.Length..] + "/");
    }
}

/// <summary>How fast simulated GPUs are.</summary>
/// <param name="Step">A sampling step; the draft profiles take <see cref="Films.Story.Steps"/>.</param>
/// <param name="Load">A model file.</param>
/// <param name="Frame">A frame of a frame-wise node.</param>
internal sealed record GpuPace(TimeSpan Step, TimeSpan Load, TimeSpan Frame)
{
    /// <summary>Prompts take about half a second.</summary>
    public static GpuPace Quick { get; } = new(TimeSpan.FromMilliseconds(60), TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(10));

    /// <summary>Prompts take several seconds: there is time to do something to them.</summary>
    public static GpuPace Slow { get; } = new(TimeSpan.FromMilliseconds(800), TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(10));
}

/// <summary>The counters of a simulator.</summary>
/// <param name="Submitted">Accepted prompts in order, repeats included.</param>
/// <param name="Executions">Executions begun, by prompt.</param>
/// <param name="Succeeded">Prompts that ended well.</param>
/// <param name="Interrupted">Prompts that were interrupted.</param>
internal sealed record GpuCounts(ImmutableArray<string> Submitted, ImmutableDictionary<string, int> Executions, int Succeeded, int Interrupted);

/// <summary>The queue of a simulator.</summary>
internal sealed record GpuLoad(ImmutableArray<string> Running, ImmutableArray<string> Pending)
{
    public bool IsIdle => Running.IsEmpty && Pending.IsEmpty;
}
