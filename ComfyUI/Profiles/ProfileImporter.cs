using System.Collections.Immutable;

using Continuity.Profiles;

namespace Continuity.ComfyUI.Profiles;

/// <summary>A workflow profile as gemDirect1's settings file has it.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Label">Its name for people.</param>
/// <param name="WorkflowJson">The workflow as JSON text.</param>
/// <param name="Mapping"><c>nodeId:inputName</c> to the kind of value, such as <c>human_readable_prompt</c>; empty to have it guessed.</param>
/// <param name="Category"><c>keyframe</c>, <c>video</c>, <c>upscaler</c> and others; <see langword="null"/> to have it guessed.</param>
public sealed record ImportedProfile(
    string Id, string Label, string WorkflowJson, ImmutableDictionary<string, string> Mapping, string? Category = null);

/// <summary>What an import gave.</summary>
/// <param name="Profile">The profile; <see langword="null"/> when it cannot be used.</param>
/// <param name="Warnings">What was left out or guessed, or why it cannot be used, in words.</param>
public sealed record ProfileImport(WorkflowProfile? Profile, ImmutableArray<string> Warnings);

/// <summary>Turns the workflow profiles of gemDirect1's settings into profiles of ours.</summary>
public static class ProfileImporter
{
    /// <summary>Converts one profile.</summary>
    /// <param name="source">The profile.</param>
    /// <returns>The converted profile and what there is to say about it.</returns>
    public static ProfileImport Import(ImportedProfile source) => throw new NotSupportedException();

    /// <summary>Converts every entry of <c>workflowProfiles</c> of a settings file.</summary>
    /// <param name="settingsJson">The text of <c>localGenSettings.json</c>.</param>
    /// <returns>One import for each entry, in order of their ids.</returns>
    /// <exception cref="Workflows.WorkflowException">The text is not such a settings file.</exception>
    public static ImmutableArray<ProfileImport> ImportSettings(string settingsJson) => throw new NotSupportedException();

    /// <summary>Writes a profile as a folder that <see cref="ProfileLibrary"/> reads.</summary>
    /// <param name="profile">The profile.</param>
    /// <param name="directory">The folder of profile folders; the profile goes into a folder of its id below it.</param>
    public static void Write(WorkflowProfile profile, string directory) => throw new NotSupportedException();
}
