using System.Collections.Immutable;

using Continuity.Engine.Forecasts;
using Continuity.Pipelines;

namespace Continuity.Cli.Output;

/// <summary>Shows a pipeline while it is followed. One implementation a kind of reader: a person at a terminal, a log, a program.</summary>
internal interface IFollowOutput
{
    /// <summary>Runs while the pipeline is followed.</summary>
    /// <param name="follow">Follows to the end; calls <see cref="Show"/> with every piece of news.</param>
    /// <returns>When following has ended.</returns>
    Task RunAsync(Func<Task> follow);

    /// <summary>Shows what is new.</summary>
    /// <param name="state">The pipeline now.</param>
    /// <param name="changed">The tasks that are in another state than before.</param>
    void Show(PipelineState state, ImmutableArray<TaskView> changed);

    /// <summary>Whether it shows when the pipeline will be done.</summary>
    bool WantsForecasts => false;

    /// <summary>Shows when the pipeline will be done.</summary>
    /// <param name="forecast">The newest forecast.</param>
    void Expect(PipelineForecast forecast)
    {
    }

    /// <summary>Tells something in between, such as a lost connection.</summary>
    void Note(string message);

    /// <summary>Shows the end.</summary>
    void Finish(FollowResult result);
}
