using System.Collections.Immutable;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

using Continuity.Chaos.Journals;

namespace Continuity.Chaos.Processes;

/// <summary>A simulated ComfyUI in a process of its own. It can be killed and started again on its port and folder.</summary>
public sealed class GpuProcess : IAsyncDisposable
{
    private const string Listening = "listening on ";

    private static readonly string[] Samplers = ["KSampler"];

    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    private readonly string _folder;
    private readonly GpuPace _pace;
    private readonly IPAddress _listen;
    private readonly string[] _options;
    private readonly HttpClient _http = new() { Timeout = Patience.Step };
    private ProgramRun _program;

    private GpuProcess(string folder, GpuPace pace, IPAddress listen, string[] options, ProgramRun program, Uri address) =>
        (_folder, _pace, _listen, _options, _program, Address) = (folder, pace, listen, options, program, address);

    /// <summary>Where it answers.</summary>
    public Uri Address { get; }

    /// <summary>The process, for messages.</summary>
    public ProgramRun Program => _program;

    /// <summary>What became of every prompt in all of its lives.</summary>
    public ImmutableArray<PromptStory> Stories => PromptJournal.Read(JournalIn(_folder));

    /// <summary>Starts one.</summary>
    /// <param name="folder">A folder for it alone.</param>
    /// <param name="pace">How fast it is.</param>
    /// <param name="listen">The address to listen on; <see langword="null"/> for loopback.</param>
    /// <param name="options">More options of the simulator.</param>
    public static async Task<GpuProcess> StartAsync(string folder, GpuPace pace, IPAddress? listen = null, params string[] options)
    {
        Directory.CreateDirectory(folder);
        var address = listen ?? IPAddress.Loopback;
        var program = Launch(folder, pace, address, port: 0, options);
        return new GpuProcess(folder, pace, address, options, program, await AddressAsync(program));
    }

    /// <summary>What it has done in this life of the process.</summary>
    public async Task<GpuCounts> CountsAsync() =>
        await _http.GetFromJsonAsync<GpuCounts>(new Uri(Address, "_sim/stats"), Json) ?? throw new ChaosException("The simulator told nothing.");

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

    /// <summary>Injects faults, or ends them: the members are those of <c>POST /_sim/faults</c>.</summary>
    public async Task SetFaultsAsync<T>(T faults)
    {
        using var answer = await _http.PostAsJsonAsync(new Uri(Address, "_sim/faults"), faults);
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>Waits until a prompt executes.</summary>
    public Task ExecutingAsync() => Patience.UntilAsync(LoadAsync, load => !load.Running.IsEmpty, load => $"{load}");

    /// <summary>SIGKILL, which also loses the queue and the history.</summary>
    public Task KillAsync() => _program.KillAsync();

    /// <summary>Starts it again after <see cref="KillAsync"/>, with nothing in its memory.</summary>
    public async Task RestartAsync()
    {
        await _program.DisposeAsync();
        _program = Launch(_folder, _pace, _listen, Address.Port, _options);
        var address = await AddressAsync(_program);
        if (address != Address)
        {
            throw new ChaosException($"The simulator listens on {address} instead of {Address}.");
        }
    }

    /// <summary>Ends every fault; starts it again where it has died.</summary>
    public async Task RestoreAsync()
    {
        if (_program.HasExited)
        {
            await RestartAsync();
        }
        else
        {
            await SetFaultsAsync(new { clear = true });
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _program.DisposeAsync();
        _http.Dispose();
    }

    private static string JournalIn(string folder) => Path.Combine(folder, "journal.jsonl");

    private static ProgramRun Launch(string folder, GpuPace pace, IPAddress listen, int port, string[] options) => ProgramRun.Start(
        "Continuity.Simulator.dll",
        folder,
        [
            "--address", $"{listen}", "--port", $"{port}", "--data", Path.Combine(folder, "comfy"), "--journal", JournalIn(folder),
            "--step-time", $"{pace.Step.TotalSeconds}", "--load-time", $"{pace.Load.TotalSeconds}", "--frame-time", $"{pace.Frame.TotalSeconds}", .. options,
        ]);

    private static async Task<Uri> AddressAsync(ProgramRun program)
    {
        var line = await program.LineAsync(line => line.StartsWith(Listening, StringComparison.Ordinal), "where it listens");
        return new Uri(line[Listening.Length..] + "/");
    }
}
