using System.Collections.Immutable;

using Continuity.Pipelines;

namespace Continuity.Cli.Output;

/// <summary>For programs: one JSON object a line for every change of a task, and one for the end.</summary>
internal sealed class JsonFollowOutput(Terminal terminal, GpuNames gpus, TimeProvider timeProvider) : IFollowOutput
{
    private readonly JsonLines _lines = new(terminal.Out);

    public Task RunAsync(Func<Task> follow) => follow();

    public void Show(PipelineState state, ImmutableArray<TaskView> changed)
    {
        foreach (var task in changed)
        {
            _lines.Write(new
            {
                Id = state.Summary.Id.Value,
                state.Summary.Status,
                state.Summary.Version,
                At = timeProvider.GetUtcNow(),
                Task = task.Definition.Id,
                task.Definition.Label,
                task.Row.State,
                Attempt = task.Row.Attempts,
                Gpu = gpus.Of(task) is { Length: > 0 } gpu ? gpu : null,
                Fault = task.Row.Fault?.Message,
            });
        }
    }

    public void Note(string message) => terminal.Note(message);

    public void Finish(FollowResult result) => _lines.Write(new
    {
        Id = result.Pipeline.Summary.Id.Value,
        result.Pipeline.Summary.Status,
        result.Pipeline.Summary.Version,
        result.Pipeline.Summary.Counts,
        result.Film,
        SceneFilms = result.SceneFilms.IsEmpty ? null : (object)result.SceneFilms,
        Files = result.Download?.Files.Length,
        Manifest = result.Download?.ManifestPath,
        GpuTime = AccountText.Json(AccountText.Of(result.Pipeline)),
        ElapsedSeconds = Math.Round(result.Elapsed.TotalSeconds, 1),
        Failures = result.Failures.Select(task => new { Task = task.Definition.Id, task.Definition.Label, task.Row.Fault?.Class, task.Row.Fault?.Message }),
    });
}
