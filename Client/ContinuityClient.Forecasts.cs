using System.Collections.Concurrent;
using System.Collections.Immutable;

using Continuity.ComfyUI.Profiles;
using Continuity.Engine.Forecasts;
using Continuity.Gpu;
using Continuity.Pipelines;
using Continuity.Tasks;

namespace Continuity.Client;

/// <content>When a pipeline will be done.</content>
public sealed partial class ContinuityClient
{
    // What the tasks of a pipeline do never changes; of so many pipelines it is kept.
    private const int MostWorks = 16;

    private readonly ConcurrentDictionary<PipelineId, PipelineWorks> _works = new();

    /// <summary>
    /// Tells when a pipeline will be done, and each kind of task and each task of it: as likely too long as too short (p50), and too short in one case of ten (p90). Worked out here, of what the
    /// farm has learned.
    /// </summary>
    /// <param name="id">The pipeline.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The forecast.</returns>
    /// <exception cref="NotFoundException">There is no such pipeline.</exception>
    public async Task<PipelineForecast> GetForecastAsync(PipelineId id, CancellationToken cancellationToken = default)
    {
        var pipeline = await GetAsync(id, cancellationToken) ?? throw new NotFoundException($"There is no pipeline {id}.");
        return await GetForecastAsync(pipeline.Summary, pipeline.Tasks, cancellationToken);
    }

    /// <summary>The same for a pipeline that was read already, such as one that is followed. Asks the farm for what it learned, and no more; every few seconds is often enough.</summary>
    /// <param name="summary">The pipeline.</param>
    /// <param name="tasks">All its tasks.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The forecast.</returns>
    /// <exception cref="NotFoundException">There is no such pipeline any more.</exception>
    public async Task<PipelineForecast> GetForecastAsync(PipelineSummary summary, IReadOnlyList<TaskView> tasks, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(summary);
        ArgumentNullException.ThrowIfNull(tasks);
        if (summary.Status != PipelineStatus.Active)
        {
            return Forecaster.Forecast(summary.Status, tasks, ImmutableDictionary<string, int>.Empty, [], new FleetCosts([], new OthersWaiting(0, 0, 0, 0), summary.Id), _options.TimeProvider.GetUtcNow());
        }

        if (!_works.TryGetValue(summary.Id, out var works))
        {
            var definition = await _calls.RunAsync($"read what pipeline {summary.Id} is", () => Pipeline(summary.Id).GetDefinitionAsync(), cancellationToken)
                ?? throw new NotFoundException($"There is no pipeline {summary.Id}.");
            works = WorkReader.Read(definition);
            if (_works.Count >= MostWorks)
            {
                _works.Clear();
            }

            _works[summary.Id] = works;
        }

        var question = new CostQuestion(summary.Id, works.Priority, works.Works);
        var costs = await _calls.RunAsync($"ask what pipeline {summary.Id} would take", () => Pool.GetCostsAsync(question), cancellationToken);
        return Forecaster.Forecast(summary.Status, tasks, works.OfTask, works.Works, costs, _options.TimeProvider.GetUtcNow());
    }
}
