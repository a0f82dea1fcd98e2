using System.Collections.Immutable;

using Continuity.Engine.Forecasts;
using Continuity.Pipelines;

using Spectre.Console;

namespace Continuity.Cli.Output;

/// <summary>For a person at a terminal: a picture of the work that is redrawn in place.</summary>
internal sealed class LiveFollowOutput(Terminal terminal, GpuNames gpus, TimeProvider timeProvider) : IFollowOutput
{
    // Fast enough to look alive, slow enough for a remote terminal.
    private static readonly TimeSpan RefreshInterval = TimeSpan.FromMilliseconds(200);

    private readonly long _started = timeProvider.GetTimestamp();
    private PipelineState? _state;
    private PipelineForecast? _forecast;
    private string _note = "";

    public bool WantsForecasts => true;

    public async Task RunAsync(Func<Task> follow)
    {
        var following = Task.CompletedTask;
        await terminal.Console.Live(new Text("")).AutoClear(true).StartAsync(async live =>
        {
            following = follow();
            using var timer = new PeriodicTimer(RefreshInterval, timeProvider);
            while (!following.IsCompleted)
            {
                if (Volatile.Read(ref _state) is { } state)
                {
                    var height = Math.Max(terminal.Console.Profile.Height, LiveFrame.LeastHeight);
                    live.UpdateTarget(LiveFrame.Draw(state, gpus, timeProvider.GetElapsedTime(_started), timeProvider.GetUtcNow(), terminal.Console.Profile.Width, height, _note, Left()));
                }

                await Task.WhenAny(following, timer.WaitForNextTickAsync().AsTask());
            }

            live.UpdateTarget(new Text(""));
        });

        // Awaited outside, so that the picture is cleared before an error is told.
        await following;
    }

    public void Show(PipelineState state, ImmutableArray<TaskView> changed)
    {
        Volatile.Write(ref _state, state);
        _note = "";
    }

    public void Expect(PipelineForecast forecast) => Volatile.Write(ref _forecast, forecast);

    public void Note(string message) => _note = message;

    public void Finish(FollowResult result) => SummaryText.Write(terminal, result);

    private string Left() => Volatile.Read(ref _forecast) is { } forecast ? ForecastText.Left(forecast, timeProvider.GetUtcNow()) : "";
}
