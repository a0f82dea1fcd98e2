using Continuity.Profiles;
using Continuity.Projects;

namespace Continuity.Exports;

/// <summary>Plans a project as a DAG: keyframes, clips, upscaling, interpolation, scenes and film.</summary>
public static class ExportFactory
{
    /// <summary>Plans an export.</summary>
    /// <param name="project">The project.</param>
    /// <param name="options">What to make.</param>
    /// <param name="profiles">Every profile there is, by id: the shipped ones and the project's own.</param>
    /// <returns>The pipeline with the profiles it uses, or every fault at once.</returns>
    public static ExportResult Create(Project project, ExportOptions options, IReadOnlyDictionary<string, WorkflowProfile> profiles) =>
        throw new NotSupportedException();
}
