namespace Continuity.Engine.Projects.Reading;

/// <summary>Writes JSON paths, the same way everywhere.</summary>
internal static class JsonPath
{
    public const string Root = "$";

    public static string Child(string path, string name) =>
        name.Length > 0 && !char.IsAsciiDigit(name[0]) && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_')
            ? $"{path}.{name}"
            : $"{path}['{name.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal)}']";

    public static string Item(string path, int index) => $"{path}[{index}]";
}
