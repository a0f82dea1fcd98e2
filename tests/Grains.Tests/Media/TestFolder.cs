namespace Continuity.Grains.Tests.Media;

/// <summary>A folder of a test's own. Its name has every character that a careless command line trips over.</summary>
internal sealed class TestFolder : IDisposable
{
    public string Path { get; } = Directory.CreateDirectory(
        System.IO.Path.Combine(System.IO.Path.GetTempPath(), "continuity tests", $"-it's %03d, [a]:b; $(x) ü {Guid.NewGuid():N}")).FullName;

    public string File(string name) => System.IO.Path.Combine(Path, name);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
