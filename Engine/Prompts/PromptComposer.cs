using System.Collections.Immutable;

using Continuity.Engine.Projects;

namespace Continuity.Engine.Prompts;

/// <summary>
/// Words a shot for an image or video model. What the director wrote for the shot stands first and is the last to be cut; then the craft, the scene, the
/// neighbours, the style and the story. The same project always gives the same words.
/// </summary>
public static class PromptComposer
{
    /// <summary>The longest prompt, in characters: what the project's editor allows, and more than the text encoders read.</summary>
    public const int MaxLength = 2_500;

    // Context must not drown the shot: a sentence or two of each is what an encoder can use.
    private const int MaxContext = 300;

    private static readonly ImmutableArray<string> DefaultNegatives =
    [
        "low quality", "blurry", "jpeg artifacts", "watermark", "text", "subtitles", "logo", "signature", "picture frame", "split screen", "collage",
        "deformed hands", "extra fingers", "extra limbs", "distorted face", "duplicated person", "flicker", "warped background",
    ];

    /// <summary>Words a shot.</summary>
    /// <param name="project">The project.</param>
    /// <param name="scene">The scene.</param>
    /// <param name="shotIndex">The shot, counted from 0 in the scene's timeline.</param>
    /// <param name="plain">Only the shot's own words and the scene's own negative prompt, nothing added or cut.</param>
    /// <returns>The words; an empty positive text when the shot has none of its own.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The scene has no such shot.</exception>
    public static ShotPrompt Compose(Project project, Scene scene, int shotIndex, bool plain)
    {
        ArgumentNullException.ThrowIfNull(project);
        ArgumentNullException.ThrowIfNull(scene);
        var timeline = scene.Timeline ?? new ProjectTimeline();
        ArgumentOutOfRangeException.ThrowIfNegative(shotIndex);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(shotIndex, timeline.Shots.Length);
        var own = OwnWords(timeline.Shots[shotIndex]);
        if (plain)
        {
            return new ShotPrompt(own, timeline.NegativePrompt);
        }

        return new ShotPrompt(own.Length == 0 ? "" : Positive(project, scene, timeline, shotIndex), Negative(timeline.NegativePrompt));
    }

    /// <summary>What the director wrote for the shot itself.</summary>
    /// <param name="shot">The shot.</param>
    /// <returns>Its visual prompt, else its description; may be empty.</returns>
    public static string OwnWords(Shot shot)
    {
        ArgumentNullException.ThrowIfNull(shot);
        return string.IsNullOrWhiteSpace(shot.VisualPrompt) ? shot.Description.Trim() : shot.VisualPrompt.Trim();
    }

    private static string Positive(Project project, Scene scene, ProjectTimeline timeline, int index)
    {
        var shot = timeline.Shots[index];
        return new PromptText(MaxLength)
            .Add(OwnWords(shot))
            .Add(Craft(timeline.Enhancers.GetValueOrDefault(shot.Id)))
            .Add("Shot", Short(shot.Title))
            .Add("Purpose", Short(shot.Purpose.Length > 0 ? shot.Purpose : scene.Purpose))
            .Add("Story arc", Short(shot.ArcName.Length > 0 ? shot.ArcName : Joined(scene.HeroArcName, scene.HeroArcSummary)))
            .Add(Before(timeline, index))
            .Add("Scene", Short(Joined(scene.Title, scene.Summary)))
            .Add("The scene opens on", index == 0 ? Short(scene.TemporalContext?.StartMoment ?? "") : "")
            .Add("The scene closes on", index == timeline.Shots.Length - 1 ? Short(scene.TemporalContext?.EndMoment ?? "") : "")
            .Add("Style", PromptText.Cut(PromptText.Clean(project.DirectorsVision), 2 * MaxContext))
            .Add("Setting", Short(project.StoryBible.Setting))
            .Add("Genre", Short(project.StoryBible.Genre))
            .ToString();
    }

    private static string Craft(ShotEnhancers? picked)
    {
        if (picked is null)
        {
            return "";
        }

        (string Name, ImmutableArray<string> Choices)[] groups =
        [
            ("Framing", picked.Framing), ("Movement", picked.Movement), ("Lens", picked.Lens), ("Pacing", picked.Pacing), ("Lighting", picked.Lighting),
            ("Mood", picked.Mood), ("Effects", picked.Vfx), ("Beats", picked.PlotEnhancements),
        ];
        var named = groups.Where(group => group.Choices.Length > 0).Select(group => $"{group.Name}: {string.Join(", ", group.Choices)}").ToArray();
        return named.Length == 0 ? "" : $"({string.Join("; ", named)})";
    }

    private static string Before(ProjectTimeline timeline, int index)
    {
        var transition = index > 0 ? timeline.Transitions.ElementAtOrDefault(index - 1) : null;
        if (string.IsNullOrWhiteSpace(transition) || transition.Equals("cut", StringComparison.OrdinalIgnoreCase))
        {
            return "";
        }

        var before = Short(OwnWords(timeline.Shots[index - 1]));
        return before.Length == 0 ? "" : $"After a {transition.Trim().ToLowerInvariant()} from: {before}";
    }

    private static string Negative(string own)
    {
        var terms = own.Split([',', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Concat(DefaultNegatives);
        return PromptText.Cut(string.Join(", ", terms.Select(PromptText.Clean).Distinct(StringComparer.OrdinalIgnoreCase)), MaxLength);
    }

    private static string Joined(string title, string text) => (title.Trim(), text.Trim()) switch
    {
        ("", var only) => only,
        (var only, "") => only,
        var (head, tail) => $"{head}, {tail}",
    };

    private static string Short(string text) => PromptText.Cut(PromptText.Clean(text), MaxContext);
}

/// <summary>The words for a shot.</summary>
/// <param name="Positive">What to show; at most <see cref="PromptComposer.MaxLength"/> characters unless plain.</param>
/// <param name="Negative">What not to show; may be empty.</param>
public sealed record ShotPrompt(string Positive, string Negative);
