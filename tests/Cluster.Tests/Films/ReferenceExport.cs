using Continuity.Cluster.Tests.Processes;

namespace Continuity.Cluster.Tests.Films;

/// <summary>An export that nobody disturbs, to compare others with.</summary>
public sealed class ReferenceExport : IAsyncLifetime
{
    private Workshop? _workshop;

    internal FinishedExport Export { get; private set; } = null!;

    internal string Output { get; private set; } = "";

    /// <summary>How long the work itself took, without starting.</summary>
    internal TimeSpan Work { get; private set; }

    public async Task InitializeAsync()
    {
        _workshop = await Workshop.OpenAsync(GpuPace.Quick);
        var process = await _workshop.ExportAsync();
        var started = TimeProvider.System.GetTimestamp();
        await process.Program.ExitsWithAsync(0);
        Work = TimeProvider.System.GetElapsedTime(started);
        Output = process.Program.Tail;
        Export = await FinishedExport.ReadAsync(_workshop, process);
    }

    public async Task DisposeAsync()
    {
        if (_workshop is not null)
        {
            await _workshop.DisposeAsync();
        }
    }
}
