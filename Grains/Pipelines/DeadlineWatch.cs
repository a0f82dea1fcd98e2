using Continuity.ComfyUI.Profiles;
using Continuity.Engine.Forecasts;
using Continuity.Engine.Pipelines;
using Continuity.Gpu;
using Continuity.Grains.Hosting;
using Continuity.Pipelines;

namespace Continuity.Grains.Pipelines;

/// <summary>Looks now and then whether a pipeline with a deadline will be done in time. Once it will not, it goes before others of its priority to its end: otherwise it would be late again at once.</summary>
internal sealed class DeadlineWatch(PipelineState state, PipelineWatch watch, FarmGrains grains, TimeProvider time)
{
    private PipelineWorks? _works;
    private bool _seemsLate;
    private bool _isLooking;

    /// <summary>Whether it was found late.</summary>
    public bool IsLate { get; private set; }

    /// <summary>Looks again.</summary>
    /// <returns>Whether it was found late just now: twice in a row, as GPUs may be about to come, or the time is up.</returns>
    public async Task<bool> LookAsync()
    {
        if (_isLooking)
        {
            return false;
        }

        _isLooking = true;
        try
        {
            return await LookOnceAsync();
        }
        finally
        {
            _isLooking = false;
        }
    }

    private async Task<bool> LookOnceAsync()
    {
        if (IsLate || state.Definition.Deadline is not { } deadline || state.Summary.Status != PipelineStatus.Active)
        {
            return false;
        }

        _works ??= WorkReader.Read(state.Definition);
        FleetCosts costs;
        try
        {
            costs = await grains.Pool.GetCostsAsync(new CostQuestion(state.Definition.Id, state.Priority, _works.Works));
        }
        catch (Exception exception) when (CallFaults.MayPass(exception))
        {
            // At the next look.
            return false;
        }

        // A large pipeline takes a while to play through, and its grain has other things to do.
        var (status, now) = (state.Summary.Status, time.GetUtcNow());
        var tasks = Enumerable.Range(0, state.Rows.Count).Select(watch.View).ToList();
        var forecast = await Task.Run(() => Forecaster.Forecast(status, tasks, _works.OfTask, _works.Works, costs, now));
        var seemedLate = _seemsLate;
        _seemsLate = DeadlineRule.IsLate(deadline, forecast, now);
        if (IsLate || !_seemsLate || !(seemedLate || now >= deadline))
        {
            return false;
        }

        return IsLate = true;
    }
}
