namespace Continuity.Client.Tests;

/// <summary>A folder of a test's own.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("continuity-client-tests-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
