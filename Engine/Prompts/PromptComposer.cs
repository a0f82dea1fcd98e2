using Continuity.Projects;

namespace Continuity.Prompts;

/// <summary>Words a shot for an image or video model. The same project always gives the same words.</summary>
public static class PromptComposer
{
    /// <summary>The longest prompt, in characters: what the project's editor allows, and more than the text encoders read.</summary>
    public const int MaxLength = 2_500;

    /// <summary>Words a shot.</summary>
    /// <param name="project">The project.</param>
    /// <param name="scene">The scene.</param>
    /// <param name="shotIndex">The shot, counted from 0 in the scene's timeline.</param>
    /// <param name="plain">Only the shot's own words and the scene's own negative prompt, nothing added.</param>
    /// <returns>The words; an empty positive text when the shot has none of its own.</returns>
    public static ShotPrompt Compose(Project project, Scene scene, int shotIndex, bool plain) => throw new NotSupportedException();
}

/// <summary>The words for a shot.</summary>
/// <param name="Positive">What to show; at most <see cref="PromptComposer.MaxLength"/> characters unless plain.</param>
/// <param name="Negative">What not to show; may be empty.</param>
public sealed record ShotPrompt(string Positive, string Negative);
