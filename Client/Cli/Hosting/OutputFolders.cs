using Continuity.Grains.Hosting;
using Continuity.Pipelines;

namespace Continuity.Cli.Hosting;

/// <summary>Remembers where each pipeline's files go, so that a resumed one goes on in the same folder.</summary>
internal sealed class OutputFolders(DataDirectory data)
{
    public void Remember(PipelineId id, string folder)
    {
        Directory.CreateDirectory(data.OutputsPath);
        var part = PathOf(id) + ".part";
        File.WriteAllText(part, Path.GetFullPath(folder));
        File.Move(part, PathOf(id), overwrite: true);
    }

    /// <summary>The folder that was remembered; a folder named after the id when none was.</summary>
    public string Of(PipelineId id) => File.Exists(PathOf(id)) ? File.ReadAllText(PathOf(id)) : Path.GetFullPath($"{id}-film");

    public void Forget(PipelineId id) => File.Delete(PathOf(id));

    private string PathOf(PipelineId id) => Path.Combine(data.OutputsPath, id.Value);
}
