using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text.Json;

using Continuity.Artifacts;

namespace Continuity.Engine.Projects.Reading;

/// <summary>Makes scenes and shots of the slimmed document.</summary>
internal sealed class SceneBinder(IReadOnlyDictionary<string, ArtifactRef> media)
{
    private static readonly FrozenSet<string> SceneKeys = new[]
    {
        "id", "title", "summary", "timeline", "heroArcName", "heroArcSummary", "shotPurpose", "keyframeMode", "keyframeStart", "keyframeEnd", "temporalContext",
    }.ToFrozenSet(StringComparer.Ordinal);

    private static readonly FrozenSet<string> ShotKeys = new[]
    {
        "id", "title", "description", "visualPrompt", "purpose", "arcName", "keyframeStart", "keyframeEnd", "generatedVideo",
    }.ToFrozenSet(StringComparer.Ordinal);

    private static readonly string[] TransitionKeys = ["type", "name", "transition", "transition_type", "label"];

    public ImmutableArray<Scene> Bind(IEnumerable<Element> scenes)
    {
        var seen = new Dictionary<string, string>(StringComparer.Ordinal);
        return [.. scenes.Select(scene => Scene(scene, seen)).OfType<Scene>()];
    }

    private Scene? Scene(Element scene, Dictionary<string, string> seen)
    {
        if (!CheckObject(scene, "scene"))
        {
            return null;
        }

        var id = scene.Id("scene");
        CheckUnique(scene, id, seen, "scene");
        return new Scene
        {
            Id = id ?? "",
            Title = scene.Text("title"),
            Summary = scene.Text("summary"),
            HeroArcName = scene.Hint("heroArcName"),
            HeroArcSummary = scene.Hint("heroArcSummary"),
            Purpose = scene.Hint("shotPurpose"),
            KeyframeMode = scene.Hint("keyframeMode") == "bookend" ? KeyframeMode.Bookend : KeyframeMode.Single,
            KeyframeStart = ProjectBinder.MediaOf(scene, "keyframeStart", media),
            KeyframeEnd = ProjectBinder.MediaOf(scene, "keyframeEnd", media),
            TemporalContext = scene.Get("temporalContext") is { IsObject: true } time
                ? new TemporalContext(time.Hint("startMoment"), time.Hint("endMoment"), Seconds(time))
                : null,
            Chain = scene.Get("metadata")?.Flag("chain"),
            Timeline = scene.Object("timeline") is { } timeline ? Timeline(timeline) : null,
            Extra = scene.Extra(SceneKeys),
        };
    }

    private ProjectTimeline Timeline(Element timeline)
    {
        var seen = new Dictionary<string, string>(StringComparer.Ordinal);
        return new ProjectTimeline
        {
            Shots = [.. timeline.Items("shots").Select(shot => Shot(shot, seen)).OfType<Shot>()],
            Enhancers = (timeline.Get("shotEnhancers")?.Properties() ?? [])
                .Where(pair => pair.Value.IsObject)
                .ToImmutableDictionary(pair => pair.Name, pair => Enhancers(pair.Value), StringComparer.Ordinal),
            Transitions = [.. (timeline.Get("transitions")?.Items() ?? []).Select(Transition)],
            NegativePrompt = timeline.Text("negativePrompt"),
        };
    }

    private Shot? Shot(Element shot, Dictionary<string, string> seen)
    {
        if (!CheckObject(shot, "shot"))
        {
            return null;
        }

        var id = shot.Id("shot");
        CheckUnique(shot, id, seen, "shot");
        return new Shot
        {
            Id = id ?? "",
            Title = shot.Text("title"),
            Description = shot.Text("description"),
            VisualPrompt = shot.Text("visualPrompt"),
            Purpose = shot.Hint("purpose"),
            ArcName = shot.Hint("arcName"),
            KeyframeStart = ProjectBinder.MediaOf(shot, "keyframeStart", media),
            KeyframeEnd = ProjectBinder.MediaOf(shot, "keyframeEnd", media),
            GeneratedVideo = ProjectBinder.MediaOf(shot, "generatedVideo", media),
            Extra = shot.Extra(ShotKeys),
        };
    }

    private static ShotEnhancers Enhancers(Element enhancers) => new()
    {
        Framing = enhancers.Texts("framing"),
        Movement = enhancers.Texts("movement"),
        Lens = enhancers.Texts("lens"),
        Pacing = enhancers.Texts("pacing"),
        Lighting = enhancers.Texts("lighting"),
        Mood = enhancers.Texts("mood"),
        Vfx = enhancers.Texts("vfx"),
        PlotEnhancements = enhancers.Texts("plotEnhancements"),
    };

    /// <summary>Old files hold objects where newer ones hold a name.</summary>
    private static string? Transition(Element transition)
    {
        if (transition.IsText)
        {
            return transition.Value.GetString() is { Length: > 0 } text ? text : null;
        }

        var name = TransitionKeys.Select(transition.HintOrNull).FirstOrDefault(name => name is not null);
        if (name is null && transition.Value.ValueKind != JsonValueKind.Null)
        {
            transition.Log.Warn(transition.Path, "names no transition and counts as a cut");
        }

        return name;
    }

    private static double? Seconds(Element time) =>
        time.Get("duration") is { Value.ValueKind: JsonValueKind.Number } number
        && number.Value.TryGetDouble(out var seconds) && double.IsFinite(seconds) && seconds > 0
            ? seconds
            : null;

    private static bool CheckObject(Element element, string what)
    {
        if (!element.IsObject)
        {
            element.Log.Fault(element.Path, $"must be a {what}, that is an object, not {element.Kind}");
        }

        return element.IsObject;
    }

    private static void CheckUnique(Element element, string? id, Dictionary<string, string> seen, string what)
    {
        if (id is not null && !seen.TryAdd(id, element.Path))
        {
            element.Log.Fault(JsonPath.Child(element.Path, "id"), $"'{id}' is the id of another {what} already, at {seen[id]}");
        }
    }
}
