using System.Collections.Immutable;
using System.Text.Json;

using Continuity.Engine.Projects.Reading;
using Continuity.Profiles;
using Continuity.Tasks;

namespace Continuity.Engine.Dags;

/// <summary>Reads the inputs of one task.</summary>
internal sealed class DagInputBinder(
    WorkflowProfile? profile, IReadOnlyDictionary<string, TaskKind> kinds, DagFileSource files, ReadLog log, CancellationToken cancellationToken)
{
    private static readonly string[] Shortcuts = [InputNames.Prompt, InputNames.NegativePrompt, InputNames.Seed];

    private readonly List<string> _sources = [];

    /// <summary>The tasks that the inputs come from.</summary>
    public IReadOnlyList<string> Sources => _sources;

    public async Task<ImmutableDictionary<string, TaskInput>> BindAsync(Element task)
    {
        var inputs = ImmutableDictionary.CreateBuilder<string, TaskInput>(StringComparer.Ordinal);
        var written = Shortcuts
            .Select(name => (Name: name, Value: task.Get(name)))
            .Where(entry => entry.Value is not null)
            .Select(entry => (entry.Name, Value: entry.Value!.Value))
            .Concat(task.Object("inputs")?.Properties() ?? []);
        foreach (var (name, value) in written)
        {
            CheckName(name, value);
            if (inputs.ContainsKey(name))
            {
                log.Fault(value.Path, $"'{name}' is given twice: beside 'inputs' and in it");
            }
            else if (await InputAsync(value, insideFirstOf: false) is { } input)
            {
                inputs[name] = input;
            }
        }

        return inputs.ToImmutable();
    }

    private void CheckName(string name, Element value)
    {
        // A name with a colon writes to a node directly, mapped or not.
        if (profile is not null && !profile.Takes(name) && !name.Contains(':', StringComparison.Ordinal))
        {
            log.Fault(value.Path, $"the profile '{profile.Id}' takes no input '{name}'{Hints.Known(name, profile.Inputs.Keys)}");
        }
    }

    private async Task<TaskInput?> InputAsync(Element value, bool insideFirstOf)
    {
        switch (value.Value.ValueKind)
        {
            case JsonValueKind.String or JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False:
                return new TaskInput.Literal(value.Value.GetRawText());

            case JsonValueKind.Object when value.Has("task"):
                return FromTask(value);

            case JsonValueKind.Object when value.Has("file"):
                return await StoredAsync(value);

            case JsonValueKind.Object when value.Has("firstOf") && !insideFirstOf:
                return await FirstOfAsync(value);

            default:
                log.Fault(value.Path, """must be a plain value, {"task": …, "output": …}, {"file": …} or {"firstOf": […]} of those""");
                return null;
        }
    }

    private TaskInput.FromTask? FromTask(Element value)
    {
        DagKeys.Check(value, "task", "output", "index");
        var id = value.Text("task");
        if (!kinds.TryGetValue(id, out var kind))
        {
            log.Fault($"{value.Path}.task", $"there is no task '{id}'{Hints.DidYouMean(id, kinds.Keys)}");
            return null;
        }

        _sources.Add(id);
        var name = value.Text("output");
        var output = TaskKinds.OutputOf(kind);
        if (name.Length > 0 && !TaskKinds.OutputsByName.TryGetValue(name, out output))
        {
            log.Fault($"{value.Path}.output", $"'{name}' is no output{Hints.Known(name, TaskKinds.OutputsByName.Keys)}");
        }

        var index = 0;
        if (value.Get("index") is { } given && !(given.Value.ValueKind == JsonValueKind.Number && given.Value.TryGetInt32(out index) && index >= 0))
        {
            log.Fault(given.Path, "must be a whole number, 0 or more");
            index = 0;
        }

        return new TaskInput.FromTask(id, output, index);
    }

    private async Task<TaskInput?> StoredAsync(Element value)
    {
        DagKeys.Check(value, "file");
        var path = value.Text("file");
        if (path.Length == 0)
        {
            log.Fault($"{value.Path}.file", "must be the path of a file, relative to the DAG");
            return null;
        }

        var artifact = await files(path, cancellationToken);
        if (artifact is null)
        {
            log.Fault($"{value.Path}.file", $"there is no file '{path}' that can be read; paths are relative to the DAG's own file");
        }

        return artifact is null ? null : new TaskInput.Stored(artifact);
    }

    private async Task<TaskInput?> FirstOfAsync(Element value)
    {
        DagKeys.Check(value, "firstOf");
        var choices = ImmutableArray.CreateBuilder<TaskInput>();
        foreach (var item in value.Items("firstOf"))
        {
            if (await InputAsync(item, insideFirstOf: true) is { } choice)
            {
                choices.Add(choice);
            }
        }

        if (choices.Count > 0)
        {
            return new TaskInput.FirstOf(choices.ToImmutable());
        }

        log.Fault($"{value.Path}.firstOf", "must list at least one choice");
        return null;
    }
}
