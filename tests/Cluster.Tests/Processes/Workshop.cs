using Continuity.Chaos.Processes;
using Continuity.Cluster.Tests.Films;

namespace Continuity.Cluster.Tests.Processes;

/// <summary>The place of one test: a folder of its own, two simulated GPUs in processes of their own, and the command. All of it goes at the end.</summary>
internal sealed class Workshop : IAsyncDisposable
{
    private readonly List<ProgramRun> _runs = [];

    private Workshop(string folder, Story story, GpuProcess[] gpus) => (Folder, Story, Gpus) = (folder, story, gpus);

    public string Folder { get; }

    public Story Story { get; }

    public IReadOnlyList<GpuProcess> Gpus { get; }

    public string Results => Path.Combine(Folder, "results");

    private string Data => Path.Combine(Folder, "data");

    public static async Task<Workshop> OpenAsync(GpuPace pace)
    {
        var folder = Directory.CreateTempSubdirectory("continuity-cluster-tests-").FullName;
        var gpus = await Task.WhenAll(
            GpuProcess.StartAsync(Path.Combine(folder, "gpu1"), pace),
            GpuProcess.StartAsync(Path.Combine(folder, "gpu2"), pace));
        return new Workshop(folder, await Story.WriteAsync(folder), gpus);
    }

    /// <summary>Starts <c>continuity export</c> and waits until the pipeline is accepted.</summary>
    public async Task<ExportProcess> ExportAsync()
    {
        var program = Continuity([
            "export", Story.ProjectPath, "--profiles", Story.ProfilesPath, "--size", "64x64", "--upscale", "--out", Results, .. GpuOptions(),
        ]);
        var line = await program.LineAsync(line => line.StartsWith("Pipeline ", StringComparison.Ordinal), "which pipeline it made");
        return new ExportProcess(program, line.Split(' ')[1].TrimEnd(':'));
    }

    /// <summary>Starts <c>continuity resume</c>.</summary>
    public ExportProcess Resume(string pipeline) => new(Continuity(["resume", pipeline, .. GpuOptions()]), pipeline);

    /// <summary>Starts any command on this test's data directory.</summary>
    public ProgramRun Continuity(IEnumerable<string> arguments) => Launch([.. arguments, "--data", Data, "--json"]);

    /// <summary>Starts the command with these arguments and no others.</summary>
    public ProgramRun Launch(IEnumerable<string> arguments)
    {
        var run = ProgramRun.Start("Continuity.Cli.dll", Folder, arguments);
        _runs.Add(run);
        return run;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var run in _runs)
        {
            await run.DisposeAsync();
        }

        foreach (var gpu in Gpus)
        {
            await gpu.DisposeAsync();
        }

        Directory.Delete(Folder, recursive: true);
    }

    private IEnumerable<string> GpuOptions() => Gpus.SelectMany(gpu => (string[])["--gpu", gpu.Address.ToString()]);
}
