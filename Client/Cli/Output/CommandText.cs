namespace Continuity.Cli.Output;

/// <summary>Writes commands that can be copied into a shell.</summary>
internal static class CommandText
{
    /// <summary>Puts quotes around a word where a shell would split or expand it.</summary>
    public static string Quote(string word) =>
        word.Length > 0 && word.All(c => char.IsLetterOrDigit(c) || c is '.' or '/' or '\\' or '-' or '_' or ':' or '+' or ',' or '=' or '@')
            ? word
            : $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
