using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;

using Continuity.Engine.Projects.Reading;
using Continuity.Pipelines;
using Continuity.Profiles;
using Continuity.Tasks;
using Continuity.Timelines;

namespace Continuity.Engine.Dags;

/// <summary>Makes a pipeline of a DAG's document. Tasks with faults stay in, so that places keep their numbers and every fault is found at once.</summary>
internal sealed class DagBinder(IReadOnlyDictionary<string, WorkflowProfile> shipped, DagFileSource files, ReadLog log, CancellationToken cancellationToken)
{
    private static readonly string[] RootKeys = ["name", "id", "priority", "owner", "deadline", "tasks", "profiles", "$schema"];

    private static readonly string[] TaskKeys =
        ["id", "kind", "label", "profile", "prompt", "negativePrompt", "seed", "dependsOn", "retries", "inputs", "timeline"];

    private readonly Dictionary<string, WorkflowProfile> _profiles = new(shipped, StringComparer.Ordinal);
    private readonly Dictionary<string, TaskKind> _kinds = new(StringComparer.Ordinal);

    public async Task<PipelineDefinition> BindAsync(Element root)
    {
        DagKeys.Check(root, RootKeys);
        foreach (var (id, profile) in root.Object("profiles")?.Properties() ?? [])
        {
            if (DagProfileBinder.Bind(id, profile) is { } bound)
            {
                _profiles[id] = bound;
            }
        }

        var elements = root.Items("tasks").ToArray();
        foreach (var task in elements)
        {
            if (task.Hint("id") is { Length: > 0 } id)
            {
                _kinds.TryAdd(id, Kind(task, quiet: true));
            }
        }

        var tasks = ImmutableArray.CreateBuilder<TaskDefinition>(elements.Length);
        foreach (var task in elements)
        {
            tasks.Add(await TaskAsync(task));
        }

        var used = tasks.Select(task => task.ProfileId).OfType<string>().Distinct(StringComparer.Ordinal).Where(_profiles.ContainsKey);
        return new PipelineDefinition
        {
            Id = root.Text("id") is { Length: > 0 } given ? new PipelineId(given) : PipelineId.New(),
            Name = root.Text("name") is { Length: > 0 } name ? name : "DAG",
            Tasks = tasks.ToImmutable(),
            Profiles = [.. used.Select(id => _profiles[id])],
            Priority = Priority(root),
            Owner = root.Text("owner").Trim() is { Length: > 0 } owner ? owner : null,
            Deadline = Deadline(root),
        };
    }

    private static PipelinePriority Priority(Element root)
    {
        var text = root.Text("priority");
        if (text.Length > 0 && !Enum.GetNames<PipelinePriority>().Contains(text, StringComparer.OrdinalIgnoreCase))
        {
            root.Log.Fault("$.priority", $"'{text}' is no priority; use low, normal or high");
            return PipelinePriority.Normal;
        }

        return text.Length > 0 ? Enum.Parse<PipelinePriority>(text, ignoreCase: true) : PipelinePriority.Normal;
    }

    private static DateTimeOffset? Deadline(Element root)
    {
        var text = root.Text("deadline");
        if (text.Length == 0)
        {
            return null;
        }

        // Without an offset it would mean another time on another machine.
        if (DateTimeOffset.TryParseExact(text, ["yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK"], CultureInfo.InvariantCulture, DateTimeStyles.None, out var deadline)
            && (text.EndsWith('Z') || text.LastIndexOfAny(['+', '-']) > "yyyy-MM-ddT".Length))
        {
            return deadline;
        }

        root.Log.Fault("$.deadline", $"'{text}' is no time with its offset, such as 2026-12-01T18:00:00+01:00");
        return null;
    }

    private async Task<TaskDefinition> TaskAsync(Element task)
    {
        if (!task.IsObject)
        {
            log.Fault(task.Path, $"must be a task, that is an object, not {task.Kind}");
            return new TaskDefinition { Id = task.Path, Kind = TaskKind.Generic, Label = "" };
        }

        DagKeys.Check(task, TaskKeys);
        var id = task.Id("task") ?? task.Path;
        var kind = Kind(task, quiet: false);
        var profileId = task.Text("profile") is { Length: > 0 } named ? named : null;
        if (profileId is not null && !_profiles.ContainsKey(profileId))
        {
            log.Fault($"{task.Path}.profile", $"there is no profile '{profileId}'{Hints.Known(profileId, _profiles.Keys)}");
        }

        var reader = new DagInputBinder(profileId is null ? null : _profiles.GetValueOrDefault(profileId), _kinds, files, log, cancellationToken);
        var inputs = await reader.BindAsync(task);
        var timeline = Timeline(task);
        var dependencies = task.Items("dependsOn")
            .Select(Dependency)
            .OfType<string>()
            .Concat(reader.Sources)
            .Concat(timeline?.Clips.Select(clip => clip.TaskId).Where(_kinds.ContainsKey) ?? [])
            .Distinct(StringComparer.Ordinal);
        return new TaskDefinition
        {
            Id = id,
            Kind = kind,
            Label = task.Text("label") is { Length: > 0 } label ? label : id,
            Dependencies = [.. dependencies],
            MaxRetries = Retries(task),
            ProfileId = profileId,
            Inputs = inputs,
            Timeline = timeline,
        };
    }

    private string? Dependency(Element dependency)
    {
        var id = dependency.IsText ? dependency.Value.GetString()! : null;
        if (id is not null && _kinds.ContainsKey(id))
        {
            return id;
        }

        log.Fault(
            dependency.Path,
            id is null ? $"must be the id of a task, not {dependency.Kind}" : $"there is no task '{id}'{Hints.DidYouMean(id, _kinds.Keys)}");
        return null;
    }

    /// <summary>The kind that is written down, else the one that follows from the profile or the timeline.</summary>
    private TaskKind Kind(Element task, bool quiet)
    {
        var name = task.Hint("kind");
        if (TaskKinds.ByName.TryGetValue(name, out var kind))
        {
            return kind;
        }

        if (!quiet && task.Get("kind") is { } wrong)
        {
            log.Fault(wrong.Path, $"{(wrong.IsText ? $"'{name}'" : wrong.Kind)} is no kind of task{Hints.Known(name, TaskKinds.ByName.Keys)}");
        }

        return task.Has("timeline") ? TaskKind.ExportTimeline
            : _profiles.TryGetValue(task.Hint("profile"), out var profile) ? TaskKinds.OfProfile(profile.Kind)
            : TaskKind.Generic;
    }

    private static int Retries(Element task)
    {
        if (task.Get("retries") is not { } retries)
        {
            return 1;
        }

        if (retries.Value.ValueKind == JsonValueKind.Number && retries.Value.TryGetInt32(out var count) && count >= 0)
        {
            return count;
        }

        task.Log.Fault(retries.Path, "must be a whole number, 0 or more");
        return 0;
    }

    private TimelineSpec? Timeline(Element task)
    {
        if (task.Object("timeline") is not { } timeline)
        {
            return null;
        }

        DagKeys.Check(timeline, "clips");
        var clips = timeline.Items("clips").Select(clip =>
        {
            if (clip.IsText)
            {
                return new TimelineClip(clip.Value.GetString()!);
            }

            DagKeys.Check(clip, "task", "transition");
            return new TimelineClip(clip.Text("task"), clip.Text("transition") is { Length: > 0 } transition ? transition : null);
        });
        return new TimelineSpec([.. clips]);
    }
}
