namespace Continuity.Simulator.Storage;

/// <summary>The folders input, output and temp, and the rules by which names find files in them.</summary>
internal sealed class DataFolders
{
    private static readonly string[] ImageExtensions = [".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".tif", ".tiff"];
    private static readonly string[] VideoExtensions = [".mp4", ".webm", ".mov", ".mkv", ".avi", ".m4v"];

    public DataFolders(string root)
    {
        Root = Path.GetFullPath(root);
        Input = Path.Combine(Root, "input");
        Output = Path.Combine(Root, "output");
        Temp = Path.Combine(Root, "temp");
        Directory.CreateDirectory(Input);
        Directory.CreateDirectory(Output);
    }

    public string Root { get; }

    public string Input { get; }

    public string Output { get; }

    public string Temp { get; }

    public void WipeTemp()
    {
        if (Directory.Exists(Temp))
        {
            Directory.Delete(Temp, recursive: true);
        }

        Directory.CreateDirectory(Temp);
    }

    public string? ByType(string? type) => type switch
    {
        "input" => Input,
        "output" => Output,
        "temp" => Temp,
        _ => null,
    };

    /// <summary>"name [temp]" names a file of another folder; there is no guard against "..", as on the real server.</summary>
    public string Annotated(string name)
    {
        var (plain, folder) = SplitAnnotation(name);
        return Path.Combine(folder ?? Input, plain);
    }

    public (string Name, string? Folder) SplitAnnotation(string name)
    {
        foreach (var type in (string[])["output", "input", "temp"])
        {
            if (name.EndsWith($"[{type}]", StringComparison.Ordinal))
            {
                // The real server cuts one character more for the blank, except that it cuts blindly.
                return (name[..Math.Max(0, name.Length - type.Length - 3)], ByType(type));
            }
        }

        return (name, null);
    }

    public bool Exists(string annotatedName)
    {
        var path = Annotated(annotatedName);
        return File.Exists(path) || Directory.Exists(path);
    }

    public IEnumerable<string> InputImages() => InputFiles(ImageExtensions);

    public IEnumerable<string> InputVideos() => InputFiles(VideoExtensions);

    /// <summary>Whether a path lies in a folder or is it, by whole path segments.</summary>
    public static bool IsInside(string folder, string path)
    {
        var full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        return full == folder || full.StartsWith(folder + Path.DirectorySeparatorChar, StringComparison.Ordinal);
    }

    public static string CommonPath(string first, string second)
    {
        var a = first.Split('/', StringSplitOptions.RemoveEmptyEntries);
        var b = second.Split('/', StringSplitOptions.RemoveEmptyEntries);
        return "/" + string.Join('/', a.Zip(b).TakeWhile(p => p.First == p.Second).Select(p => p.First));
    }

    private IEnumerable<string> InputFiles(string[] extensions) => Directory.EnumerateFiles(Input)
        .Select(f => Path.GetFileName(f)!)
        .Where(f => extensions.Contains(Path.GetExtension(f), StringComparer.OrdinalIgnoreCase))
        .Order(StringComparer.Ordinal);
}
