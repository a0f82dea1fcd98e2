using System.Collections.Immutable;
using System.Text.Json;

using Continuity.Artifacts;

namespace Continuity.Engine.Projects.Reading;

/// <summary>Makes a project of the slimmed document.</summary>
internal static class ProjectBinder
{
    public static Project Bind(Element root, IReadOnlyDictionary<string, ArtifactRef> media) => new()
    {
        Version = root.Get("version") switch
        {
            { IsText: true } text => text.Value.GetString()!,
            { Value.ValueKind: JsonValueKind.Number } number => number.Value.GetRawText(),
            _ => "",
        },
        StoryBible = Story(root.Get("storyBible")),
        DirectorsVision = root.Text("directorsVision"),
        Scenes = new SceneBinder(media).Bind(root.Items("scenes")),
        SceneImages = Images(root, media),
        ShotImages = Images(root.Object("generatedShotImages"), media)
            .Where(pair => pair.Value.Start is not null)
            .ToImmutableDictionary(pair => pair.Key, pair => pair.Value.Start!, StringComparer.Ordinal),
        Settings = root.Object("localGenSettings") is { } settings ? SettingsBinder.Bind(settings) : new LocalGenSettings(),
    };

    private static ImmutableDictionary<string, SceneImages> Images(Element root, IReadOnlyDictionary<string, ArtifactRef> media) =>
        Images(root.Object("generatedImages"), media);

    private static ImmutableDictionary<string, SceneImages> Images(Element? map, IReadOnlyDictionary<string, ArtifactRef> media)
    {
        var images = ImmutableDictionary.CreateBuilder<string, SceneImages>(StringComparer.Ordinal);
        foreach (var (id, value) in map?.Properties() ?? [])
        {
            if (value.Value.ValueKind == JsonValueKind.Null)
            {
                Add(id, media.GetValueOrDefault(value.Path), null);
            }
            else if (value.IsObject)
            {
                var bookend = value.Has("start") || value.Has("end");
                Add(id, MediaOf(value, bookend ? "start" : "current", media), bookend ? MediaOf(value, "end", media) : null);
            }
            else
            {
                value.Log.Fault(value.Path, $"must be a picture as base64 text, or an object with start and end or with current, not {value.Kind}");
            }
        }

        return images.ToImmutable();

        void Add(string id, ArtifactRef? start, ArtifactRef? end)
        {
            if (start is not null || end is not null)
            {
                images[id] = new SceneImages(start, end);
            }
        }
    }

    /// <summary>The media at a property; text was taken out of the document before, so that anything left there is wrong.</summary>
    public static ArtifactRef? MediaOf(Element parent, string name, IReadOnlyDictionary<string, ArtifactRef> media)
    {
        if (parent.Get(name) is { } wrong)
        {
            wrong.Log.Fault(wrong.Path, $"must be base64 text, not {wrong.Kind}");
            return null;
        }

        return parent.Has(name) ? media.GetValueOrDefault(JsonPath.Child(parent.Path, name)) : null;
    }

    private static StoryBible Story(Element? story) => story is not { IsObject: true } bible
        ? new StoryBible()
        : new StoryBible
        {
            Logline = bible.Hint("logline"),
            Characters = bible.Hint("characters"),
            Setting = bible.Hint("setting"),
            PlotOutline = bible.Hint("plotOutline"),
            Genre = bible.Hint("genre"),
            HeroArcs = (bible.Get("heroArcs")?.Items() ?? [])
                .Select(arc => new HeroArc(arc.Hint("id"), arc.Hint("name"), arc.Hint("summary"), arc.Hint("emotionalShift")))
                .Where(arc => arc.Id.Length > 0)
                .DistinctBy(arc => arc.Id)
                .ToImmutableDictionary(arc => arc.Id, StringComparer.Ordinal),
        };
}
