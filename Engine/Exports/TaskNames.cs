namespace Continuity.Engine.Exports;

/// <summary>
/// Names tasks after their scene and shot. Ids of a project may hold dashes, so that two shots could get one name: the second then gets a number.
/// </summary>
internal sealed class TaskNames
{
    private readonly HashSet<string> _shots = new(StringComparer.Ordinal);
    private readonly HashSet<string> _exports = new(["film"], StringComparer.Ordinal);

    public string Shot(string sceneId, string shotId) => Unique(_shots, $"{sceneId}-{shotId}");

    public string Export(string sceneId) => $"export-{Unique(_exports, sceneId)}";

    public static string Film => "export-film";

    private static string Unique(HashSet<string> taken, string name)
    {
        var candidate = name;
        for (var number = 2; !taken.Add(candidate); number++)
        {
            candidate = $"{name}~{number}";
        }

        return candidate;
    }
}
