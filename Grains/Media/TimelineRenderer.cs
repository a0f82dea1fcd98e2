namespace Continuity.Grains.Media;

/// <summary>Joins clips to a film.</summary>
internal sealed class TimelineRenderer
{
    /// <summary>Renders a film. The same clips give the same film, frame by frame.</summary>
    /// <param name="plan">The clips and transitions.</param>
    /// <param name="output">How and where.</param>
    /// <param name="progress">Gets percentages from 0 to 100, never falling; the last is 100.</param>
    /// <param name="cancellationToken">Kills the work; no film and no temporary file is left.</param>
    /// <returns>What became of the timeline.</returns>
    /// <exception cref="MediaException">A clip is missing or damaged, or ffmpeg failed.</exception>
    public Task<TimelineReport> RenderAsync(TimelinePlan plan, TimelineOutput output, IProgress<double>? progress, CancellationToken cancellationToken) =>
        throw new NotSupportedException();
}
