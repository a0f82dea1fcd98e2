using Continuity.ComfyUI.Profiles;
using Continuity.Gpu;
using Continuity.Pipelines;

namespace Continuity.Client;

/// <content>Before a pipeline starts.</content>
public sealed partial class ContinuityClient
{
    private static readonly TimeSpan PreflightPause = TimeSpan.FromMilliseconds(250);

    // The list of node classes comes within a second from a ComfyUI that is not busy with starting.
    private static readonly TimeSpan PreflightPatience = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Says which tasks of a pipeline no GPU of the fleet can run, and why: a node class or a model file that is missing, too little memory. Nothing is created. GPUs that were just
    /// brought are waited for, as is a second look at those that lack something; one of which nothing is known after that counts as able.
    /// </summary>
    /// <param name="definition">The pipeline.</param>
    /// <param name="patience">How long to wait for the GPUs to be looked at; <see langword="null"/> for 10 s.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>What was found.</returns>
    public async Task<PreflightReport> PreflightAsync(PipelineDefinition definition, TimeSpan? patience = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(definition);
        var groups = NeedsReader.Read(definition);
        var started = _options.TimeProvider.GetTimestamp();
        while (true)
        {
            var asked = _options.TimeProvider.GetElapsedTime(started);
            var report = await _calls.RunAsync($"check what pipeline {definition.Id} needs", () => Pool.PreflightAsync(groups, asked), cancellationToken);
            if ((report.IsCurrent && report.Unseen.IsEmpty) || _options.TimeProvider.GetElapsedTime(started) > (patience ?? PreflightPatience))
            {
                return report;
            }

            await Task.Delay(PreflightPause, _options.TimeProvider, cancellationToken);
        }
    }
}
