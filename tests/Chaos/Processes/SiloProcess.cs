using System.Net;

namespace Continuity.Chaos.Processes;

/// <summary>A silo in a process of its own, with ways to hurt it.</summary>
public sealed class SiloProcess : IAsyncDisposable
{
    private readonly SiloPlan _plan;
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(5) };
    private SiloPlan _current;
    private ProgramRun _program;

    private SiloProcess(SiloPlan plan, ProgramRun program) => (_plan, _current, _program) = (plan, plan, program);

    /// <summary>Its name.</summary>
    public string Name => _plan.Name;

    /// <summary>Where other silos and clients reach it.</summary>
    public IPAddress Address => _plan.Address;

    /// <summary>The port by which Orleans tells silos on one address apart.</summary>
    public int SiloPort => _plan.Ports.Silo;

    /// <summary>The gateway for clients.</summary>
    public IPEndPoint Gateway => new(_plan.Address, _plan.Ports.Gateway);

    /// <summary>Whether the process is there.</summary>
    public bool IsRunning => !_program.HasExited;

    /// <summary>Whether it was started with something that <see cref="RestartAsync"/> was given.</summary>
    public bool IsChanged => !ReferenceEquals(_plan, _current);

    /// <summary>The process, for messages.</summary>
    public ProgramRun Program => _program;

    /// <summary>Starts one. It serves when this returns.</summary>
    public static async Task<SiloProcess> StartAsync(SiloPlan plan)
    {
        var silo = Launch(plan);
        await silo.ServesAsync();
        return silo;
    }

    /// <summary>Starts one without waiting for it.</summary>
    public static SiloProcess Launch(SiloPlan plan)
    {
        Directory.CreateDirectory(plan.Folder);
        return new SiloProcess(plan, ProgramRun.Start(plan.Start));
    }

    /// <summary>Waits until it takes clients.</summary>
    public Task ServesAsync() => _program.LineAsync(line => line.StartsWith("serving ", StringComparison.Ordinal), "that it serves");

    /// <summary>SIGKILL.</summary>
    public Task KillAsync() => _program.KillAsync();

    /// <summary>SIGTERM, and waits for the end.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> StopAsync()
    {
        await _program.SignalAsync("TERM");
        return await _program.EndsAsync(Patience.Step);
    }

    /// <summary>SIGSTOP: it neither works nor answers, and its connections stay open.</summary>
    public Task FreezeAsync() => _program.SignalAsync("STOP");

    /// <summary>SIGCONT.</summary>
    public Task ThawAsync() => _program.SignalAsync("CONT");

    /// <summary>Starts it again after its process ended. It serves when this returns.</summary>
    /// <param name="change">What is to be different in this life; <see langword="null"/> for nothing.</param>
    public async Task RestartAsync(Func<SiloPlan, SiloPlan>? change = null)
    {
        await RelaunchAsync(change);
        await ServesAsync();
    }

    /// <summary>Starts it again without waiting for it.</summary>
    public async Task RelaunchAsync(Func<SiloPlan, SiloPlan>? change = null)
    {
        await _program.DisposeAsync();
        _current = change is null ? _plan : change(_plan);
        _program = ProgramRun.Start(_current.Start);
    }

    /// <summary>Asks one of its health endpoints.</summary>
    /// <param name="which"><c>live</c> or <c>ready</c>.</param>
    /// <returns>The status code; 0 when there was no answer.</returns>
    public async Task<int> HealthAsync(string which)
    {
        try
        {
            using var answer = await _http.GetAsync(new Uri($"http://{_plan.Address}:{_plan.Ports.Http}/health/{which}"));
            return (int)answer.StatusCode;
        }
        catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException)
        {
            return 0;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _program.DisposeAsync();
        _http.Dispose();
    }
}
