using System.Collections.Immutable;

using Continuity.ComfyUI.Profiles;
using Continuity.Engine.Exports;
using Continuity.Engine.Projects;
using Continuity.Pipelines;
using Continuity.Profiles;

namespace Continuity.Client.Exports;

/// <summary>Turns a project file into a pipeline: reads it, makes its workflow profiles ours, plans the DAG. Media goes to the sink on the way.</summary>
internal static class ProjectPlanner
{
    public static async Task<PipelineDefinition> PlanAsync(
        Stream json,
        ExportOptions options,
        ProfileLibrary library,
        IMediaSink sink,
        CancellationToken cancellationToken)
    {
        var read = await ProjectReader.ReadAsync(json, sink, cancellationToken) switch
        {
            ProjectReadResult.Read good => good,
            ProjectReadResult.Faulty faulty => throw new RejectedException(faulty.Faults),
            _ => throw new System.Diagnostics.UnreachableException(),
        };

        var imports = Import(read.Project.Settings);
        var definition = ExportFactory.Create(read.Project, options, Merge(library, imports)) switch
        {
            ExportResult.Created created => created.Definition,
            ExportResult.Faulty faulty => throw new RejectedException(faulty.Faults),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
        return definition with { Warnings = [.. read.Warnings, .. ImportWarnings(imports, read.Project.Settings, definition), .. definition.Warnings] };
    }

    private static ImmutableArray<(string Id, ProfileImport Import)> Import(LocalGenSettings settings) =>
    [
        .. settings.Profiles.Select(profile =>
            (profile.Id, ProfileImporter.Import(new ImportedProfile(profile.Id, profile.Label, profile.WorkflowJson, profile.Mapping, profile.Category)))),
    ];

    // The project's own workflow is nearer to what its director saw than a shipped one of the same name.
    private static Dictionary<string, WorkflowProfile> Merge(ProfileLibrary library, ImmutableArray<(string Id, ProfileImport Import)> imports)
    {
        var profiles = library.All.ToDictionary(profile => profile.Id);
        foreach (var profile in imports.Select(import => import.Import.Profile).OfType<WorkflowProfile>())
        {
            profiles[profile.Id] = profile;
        }

        return profiles;
    }

    // A settings file brings a dozen profiles; only what is said about those that matter here is worth telling.
    private static IEnumerable<string> ImportWarnings(
        ImmutableArray<(string Id, ProfileImport Import)> imports,
        LocalGenSettings settings,
        PipelineDefinition definition)
    {
        var chosen = new[]
        {
            settings.ImageWorkflowProfile, settings.VideoWorkflowProfile, settings.SceneChainedWorkflowProfile, settings.SceneBookendWorkflowProfile,
        };
        var used = definition.Profiles.Select(profile => profile.Id).ToHashSet();
        return imports
            .Where(import => import.Import.Profile is { } profile ? used.Contains(profile.Id) : chosen.Contains(import.Id))
            .SelectMany(import => import.Import.Warnings.Select(warning => $"Profile {import.Id}: {warning}"));
    }
}
