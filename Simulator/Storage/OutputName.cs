using Continuity.Simulator.Json;
using Continuity.Simulator.Nodes;

namespace Continuity.Simulator.Storage;

/// <summary>Where an output file goes: prefix_NNNNN_.ext with the highest number on disk plus one.</summary>
internal sealed record OutputName(string Folder, string FileName, int Counter, string Subfolder)
{
    public static OutputName Reserve(NodeServices services, string prefix, string type, int width, int height)
    {
        var root = services.Folders.ByType(type)!;
        if (prefix.Contains('%', StringComparison.Ordinal))
        {
            prefix = Fill(prefix, width, height, services.Time);
        }

        var normal = Normalize(prefix);
        var slash = normal.LastIndexOf('/');
        var subfolder = slash < 0 ? "" : slash == 0 ? "/" : normal[..slash];
        var fileName = normal[(slash + 1)..];
        var folder = Path.GetFullPath(Path.Combine(root, subfolder));
        if (!DataFolders.IsInside(root, folder))
        {
            throw new PythonException(
                "Exception",
                "**** ERROR: Saving image outside the output folder is not allowed.\n full_output_folder: " + folder +
                "\n         output_dir: " + root +
                "\n         commonpath: " + DataFolders.CommonPath(root, folder));
        }

        return new OutputName(folder, fileName, services.Counters.Next(folder, fileName, prefix.Length - (prefix.LastIndexOf('/') + 1)), subfolder);
    }

    private static string Fill(string prefix, int width, int height, TimeProvider time)
    {
        var now = time.GetLocalNow();
        return prefix
            .Replace("%width%", $"{width}", StringComparison.Ordinal)
            .Replace("%height%", $"{height}", StringComparison.Ordinal)
            .Replace("%year%", $"{now.Year}", StringComparison.Ordinal)
            .Replace("%month%", $"{now:MM}", StringComparison.Ordinal)
            .Replace("%day%", $"{now:dd}", StringComparison.Ordinal)
            .Replace("%hour%", $"{now:HH}", StringComparison.Ordinal)
            .Replace("%minute%", $"{now:mm}", StringComparison.Ordinal)
            .Replace("%second%", $"{now:ss}", StringComparison.Ordinal);
    }

    /// <summary>Python's os.path.normpath: no resolving against a directory, and "." for nothing.</summary>
    private static string Normalize(string path)
    {
        var parts = new List<string>();
        var isRooted = path.StartsWith('/');
        foreach (var part in path.Split('/').Where(p => p is not ("" or ".")))
        {
            if (part == ".." && parts.Count > 0 && parts[^1] != "..")
            {
                parts.RemoveAt(parts.Count - 1);
            }
            else if (part != ".." || !isRooted)
            {
                parts.Add(part);
            }
        }

        var joined = (isRooted ? "/" : "") + string.Join('/', parts);
        return joined.Length == 0 ? "." : joined;
    }
}
