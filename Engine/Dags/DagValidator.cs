using System.Collections.Immutable;
using System.Text.Json;

using Continuity.Engine.Projects.Reading;
using Continuity.Pipelines;
using Continuity.Profiles;
using Continuity.Tasks;

namespace Continuity.Engine.Dags;

/// <summary>Finds what is wrong with a pipeline before anything runs.</summary>
public static class DagValidator
{
    // Long enough for two ids of a project and the words around them, short enough for a storage key.
    private const int MaxIdLength = 300;

    /// <summary>Checks a pipeline.</summary>
    /// <param name="definition">The pipeline.</param>
    /// <returns>Every fault, each with its place; empty when the pipeline can run.</returns>
    public static ImmutableArray<DefinitionFault> Validate(PipelineDefinition definition)
    {
        ArgumentNullException.ThrowIfNull(definition);
        var faults = new List<DefinitionFault>();
        if (!PipelineId.IsValid(definition.Id.Value))
        {
            faults.Add(new("$.id", $"'{definition.Id.Value}' is no pipeline id: use 1 to 64 letters, digits, dots, dashes and underscores"));
        }

        if (definition.Tasks.IsDefaultOrEmpty)
        {
            faults.Add(new("$.tasks", "is empty; a pipeline needs at least one task"));
            return [.. faults];
        }

        var profiles = definition.Profiles.IsDefault ? [] : definition.Profiles;
        faults.AddRange(profiles
            .GroupBy(profile => profile.Id, StringComparer.Ordinal)
            .Where(group => group.Count() > 1)
            .Select(group => new DefinitionFault("$.profiles", $"'{group.Key}' is there {group.Count()} times; profile ids must be unique")));

        var context = new Context(
            definition.Tasks.DistinctBy(task => task.Id, StringComparer.Ordinal).ToDictionary(task => task.Id, StringComparer.Ordinal),
            profiles.DistinctBy(profile => profile.Id, StringComparer.Ordinal).ToDictionary(profile => profile.Id, StringComparer.Ordinal),
            faults);
        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var index = 0; index < definition.Tasks.Length; index++)
        {
            CheckId(definition.Tasks[index], index, seen, faults);
            CheckTask(definition.Tasks[index], JsonPath.Item("$.tasks", index), context);
        }

        CheckCycle(definition.Tasks, seen, faults);
        return [.. faults];
    }

    private static void CheckId(TaskDefinition task, int index, Dictionary<string, int> seen, List<DefinitionFault> faults)
    {
        var path = $"$.tasks[{index}].id";
        if (string.IsNullOrWhiteSpace(task.Id) || task.Id.Length > MaxIdLength || task.Id.Any(char.IsControl))
        {
            faults.Add(new(path, $"must have 1 to {MaxIdLength} characters, none of them a control character"));
        }
        else if (!seen.TryAdd(task.Id, index))
        {
            faults.Add(new(path, $"'{task.Id}' is the id of $.tasks[{seen[task.Id]}] already"));
        }
    }

    private static void CheckTask(TaskDefinition task, string path, Context context)
    {
        if (task.MaxRetries < 0)
        {
            context.Fault($"{path}.maxRetries", $"is {task.MaxRetries}; it must be 0 or more");
        }

        var dependencies = Dependencies(task).ToHashSet(StringComparer.Ordinal);
        CheckDependencies(task, path, context);
        CheckProfile(task, path, context);
        foreach (var (name, input) in task.Inputs.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            CheckInput(input, dependencies, JsonPath.Child($"{path}.inputs", name), context, insideFirstOf: false);
        }

        if (task.Kind is TaskKind.UpscaleVideo or TaskKind.InterpolateVideo && !task.Inputs.ContainsKey(InputNames.InputVideo))
        {
            context.Fault($"{path}.inputs", $"lacks '{InputNames.InputVideo}': {TaskKinds.NameOf(task.Kind)} needs a video to work on");
        }

        CheckTimeline(task, dependencies, path, context);
    }

    private static void CheckDependencies(TaskDefinition task, string path, Context context)
    {
        for (var index = 0; index < Dependencies(task).Length; index++)
        {
            var dependency = task.Dependencies[index];
            if (dependency == task.Id)
            {
                context.Fault($"{path}.dependencies[{index}]", $"'{dependency}' depends on itself");
            }
            else if (!context.Tasks.ContainsKey(dependency))
            {
                context.Fault($"{path}.dependencies[{index}]", $"there is no task '{dependency}'{Hints.DidYouMean(dependency, context.Tasks.Keys)}");
            }
        }
    }

    private static void CheckProfile(TaskDefinition task, string path, Context context)
    {
        if (task.Kind == TaskKind.ExportTimeline)
        {
            return;
        }

        if (string.IsNullOrEmpty(task.ProfileId))
        {
            context.Fault($"{path}.profile", $"is missing; {TaskKinds.NameOf(task.Kind)} needs a workflow profile");
        }
        else if (!context.Profiles.TryGetValue(task.ProfileId, out var profile))
        {
            context.Fault($"{path}.profile", $"there is no profile '{task.ProfileId}'{Hints.Known(task.ProfileId, context.Profiles.Keys)}");
        }
        else if (!TaskKinds.Fits(task.Kind, profile.Kind))
        {
            context.Fault($"{path}.profile", $"'{profile.Id}' is a profile for {TaskKinds.NameOf(profile.Kind)}, not for {TaskKinds.NameOf(task.Kind)}");
        }
    }

    private static void CheckInput(TaskInput input, HashSet<string> dependencies, string path, Context context, bool insideFirstOf)
    {
        switch (input)
        {
            case TaskInput.Literal literal when !IsPlainValue(literal.Json):
                context.Fault(path, "must be a text, a number, true or false");
                break;

            case TaskInput.FromTask from when !context.Tasks.ContainsKey(from.TaskId):
                context.Fault(path, $"there is no task '{from.TaskId}'{Hints.DidYouMean(from.TaskId, context.Tasks.Keys)}");
                break;

            case TaskInput.FromTask from when !dependencies.Contains(from.TaskId):
                context.Fault(path, $"takes an output of '{from.TaskId}', which is not among the task's dependencies");
                break;

            case TaskInput.FromTask { Index: < 0 } from:
                context.Fault(path, $"the index {from.Index} must be 0 or more");
                break;

            case TaskInput.FirstOf when insideFirstOf:
                context.Fault(path, "a choice of choices is not possible; list them all in one");
                break;

            case TaskInput.FirstOf { Choices.IsDefaultOrEmpty: true }:
                context.Fault(path, "is a choice of nothing");
                break;

            case TaskInput.FirstOf choice:
                for (var index = 0; index < choice.Choices.Length; index++)
                {
                    CheckInput(choice.Choices[index], dependencies, JsonPath.Item($"{path}.firstOf", index), context, insideFirstOf: true);
                }

                break;
        }
    }

    private static void CheckTimeline(TaskDefinition task, HashSet<string> dependencies, string path, Context context)
    {
        if (task.Kind != TaskKind.ExportTimeline)
        {
            return;
        }

        if (task.Timeline is null || task.Timeline.Clips.IsDefaultOrEmpty)
        {
            context.Fault($"{path}.timeline", "has no clips; there is nothing to join");
            return;
        }

        for (var index = 0; index < task.Timeline.Clips.Length; index++)
        {
            var clip = task.Timeline.Clips[index].TaskId;
            var place = $"{path}.timeline.clips[{index}]";
            if (!context.Tasks.TryGetValue(clip, out var source))
            {
                context.Fault(place, $"there is no task '{clip}'{Hints.DidYouMean(clip, context.Tasks.Keys)}");
            }
            else if (!dependencies.Contains(clip))
            {
                context.Fault(place, $"joins the video of '{clip}', which is not among the task's dependencies");
            }
            else if (source.Kind == TaskKind.GenerateKeyframe)
            {
                context.Fault(place, $"'{clip}' makes a picture, not a video");
            }
        }
    }

    private static void CheckCycle(ImmutableArray<TaskDefinition> tasks, Dictionary<string, int> seen, List<DefinitionFault> faults)
    {
        var cycle = Dag.Create(tasks.Select(task => (task.Id, Dependencies(task).Where(id => id != task.Id)))).FindCycle();
        if (cycle.Length > 0)
        {
            var place = seen.TryGetValue(cycle[0], out var index) ? $"$.tasks[{index}].dependencies" : "$.tasks";
            faults.Add(new(place, $"the tasks wait for each other: {string.Join(" → ", cycle.Append(cycle[0]))}"));
        }
    }

    private static bool IsPlainValue(string json)
    {
        try
        {
            using var value = JsonDocument.Parse(json);
            return value.RootElement.ValueKind is JsonValueKind.String or JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static ImmutableArray<string> Dependencies(TaskDefinition task) => task.Dependencies.IsDefault ? [] : task.Dependencies;

    private sealed record Context(
        Dictionary<string, TaskDefinition> Tasks, Dictionary<string, WorkflowProfile> Profiles, List<DefinitionFault> Faults)
    {
        public void Fault(string path, string message) => Faults.Add(new DefinitionFault(path, message));
    }
}
