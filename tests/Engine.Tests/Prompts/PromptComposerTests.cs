using System.Collections.Immutable;

using Continuity.Engine.Projects;
using Continuity.Engine.Prompts;

using CsCheck;

namespace Continuity.Engine.Tests.Prompts;

public sealed class PromptComposerTests
{
    private static readonly Scene Scene = new()
    {
        Id = "a",
        Title = "Signal",
        Summary = "Ines tunes the set",
        HeroArcName = "The call",
        TemporalContext = new TemporalContext("hand on dial", "lamp flares", 3),
        Timeline = new ProjectTimeline
        {
            Shots =
            [
                new Shot { Id = "1", Description = "A coast", VisualPrompt = "wide grey coast", Title = "Coast", Purpose = "Establish" },
                new Shot { Id = "2", Description = "The dial" },
            ],
            Enhancers = ImmutableDictionary<string, ShotEnhancers>.Empty.Add("1", new ShotEnhancers { Framing = ["Wide Shot"], Movement = ["Pan", "Tilt"] }),
            Transitions = ["Dissolve"],
            NegativePrompt = "Watermark, crowds",
        },
    };

    private static readonly Project Project = new() { DirectorsVision = "cold dawn", StoryBible = new StoryBible { Setting = "storm coast" }, Scenes = [Scene] };

    [Fact]
    public void A_prompt_begins_with_the_shots_own_words_and_holds_its_craft_scene_and_style()
    {
        var prompt = PromptComposer.Compose(Project, Scene, 0, plain: false).Positive;

        Assert.StartsWith("wide grey coast. (Framing: Wide Shot; Movement: Pan, Tilt) ", prompt, StringComparison.Ordinal);
        foreach (var part in new[] { "Shot: Coast.", "Purpose: Establish.", "The call", "Signal, Ines tunes the set.", "hand on dial", "Style: cold dawn.", "storm coast" })
        {
            Assert.Contains(part, prompt, StringComparison.Ordinal);
        }

        Assert.DoesNotContain("A coast", prompt, StringComparison.Ordinal);
        Assert.DoesNotContain("lamp flares", prompt, StringComparison.Ordinal);
    }

    [Fact]
    public void A_shot_after_a_transition_says_what_it_comes_from()
    {
        var prompt = PromptComposer.Compose(Project, Scene, 1, plain: false).Positive;

        Assert.StartsWith("The dial. ", prompt, StringComparison.Ordinal);
        Assert.Contains("After a dissolve from: wide grey coast.", prompt, StringComparison.Ordinal);
        Assert.Contains("lamp flares", prompt, StringComparison.Ordinal);
    }

    [Fact]
    public void The_scenes_own_negatives_come_first_and_none_is_there_twice()
    {
        var terms = PromptComposer.Compose(Project, Scene, 0, plain: false).Negative.Split(", ");

        Assert.Equal(["Watermark", "crowds"], terms[..2]);
        Assert.Contains("blurry", terms);
        Assert.Equal(terms.Length, terms.Distinct(StringComparer.OrdinalIgnoreCase).Count());
    }

    [Fact]
    public void A_plain_prompt_adds_nothing()
    {
        Assert.Equal(new ShotPrompt("wide grey coast", "Watermark, crowds"), PromptComposer.Compose(Project, Scene, 0, plain: true));
        Assert.Equal(new ShotPrompt("The dial", "Watermark, crowds"), PromptComposer.Compose(Project, Scene, 1, plain: true));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_shot_without_words_has_no_prompt(bool plain)
    {
        var scene = Scene with { Timeline = Scene.Timeline! with { Shots = [new Shot { Id = "1", Title = "T", VisualPrompt = "  " }] } };

        Assert.Equal("", PromptComposer.Compose(Project, scene, 0, plain).Positive);
    }

    [Fact]
    public void A_prompt_of_any_text_is_bounded_and_never_cuts_a_word() => Gen.Int[1, 900].Array[3].Sample(
        counts =>
        {
            static string Words(int count) => string.Join(' ', Enumerable.Repeat("word", count));
            var scene = Scene with { Summary = Words(counts[0]), Timeline = Scene.Timeline! with { Shots = [new Shot { Id = "1", Description = Words(counts[1]) }] } };

            var prompt = PromptComposer.Compose(Project with { DirectorsVision = Words(counts[2]) }, scene, 0, plain: false).Positive;

            Assert.InRange(prompt.Length, 1, PromptComposer.MaxLength);
            Assert.DoesNotContain(prompt.Split(' ', '.'), word => word is "w" or "wo" or "wor");
            Assert.StartsWith(Words(Math.Min(counts[1], 500)), prompt, StringComparison.Ordinal);
        },
        iter: 300);
}
