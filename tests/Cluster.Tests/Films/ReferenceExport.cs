using Continuity.Chaos.Processes;
using Continuity.Cluster.Tests.Processes;

namespace Continuity.Cluster.Tests.Films;

/// <summary>The tests that compare films share one that nobody disturbed.</summary>
[CollectionDefinition(Name)]
public sealed class ReferenceFilm : ICollectionFixture<ReferenceExport>
{
    internal const string Name = "reference film";
}

/// <summary>An export that nobody disturbs, to compare others with.</summary>
public sealed class ReferenceExport : IAsyncLifetime
{
    private Workshop? _workshop;

    internal FinishedExport Export { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        _workshop = await Workshop.OpenAsync(GpuPace.Quick);
        var process = await _workshop.ExportAsync();
        await process.Program.ExitsWithAsync(0);
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
