namespace Continuity.Engine.Tests;

/// <summary>Finds the sample files in the working tree.</summary>
internal static class Samples
{
    public static string PathOf(params string[] parts)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Continuity.Orleans.sln")))
        {
            folder = folder.Parent;
        }

        return Path.Combine([folder?.FullName ?? throw new DirectoryNotFoundException("no solution above the tests"), "samples", .. parts]);
    }
}
