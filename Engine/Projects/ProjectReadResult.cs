using System.Collections.Immutable;

using Continuity.Pipelines;

namespace Continuity.Engine.Projects;

/// <summary>What came of reading a project file.</summary>
public abstract record ProjectReadResult
{
    private ProjectReadResult()
    {
    }

    /// <summary>The file is good.</summary>
    /// <param name="Project">The project; its media is in the sink.</param>
    /// <param name="Warnings">Things that were left out, each with its place.</param>
    public sealed record Read(Project Project, ImmutableArray<string> Warnings) : ProjectReadResult;

    /// <summary>The file cannot be used.</summary>
    /// <param name="Faults">Every fault, each with its place; at least one.</param>
    public sealed record Faulty(ImmutableArray<DefinitionFault> Faults) : ProjectReadResult;
}

/// <summary>What came of reading a settings file.</summary>
public abstract record SettingsReadResult
{
    private SettingsReadResult()
    {
    }

    /// <summary>The file is good.</summary>
    /// <param name="Settings">The settings.</param>
    /// <param name="Warnings">Things that were left out, each with its place.</param>
    public sealed record Read(LocalGenSettings Settings, ImmutableArray<string> Warnings) : SettingsReadResult;

    /// <summary>The file cannot be used.</summary>
    /// <param name="Faults">Every fault, each with its place; at least one.</param>
    public sealed record Faulty(ImmutableArray<DefinitionFault> Faults) : SettingsReadResult;
}
