using System.Collections.Concurrent;
using System.Globalization;

namespace Continuity.Simulator.Storage;

/// <summary>
/// The next number of an output file: the highest on disk plus one. A folder is read once per prefix; from then on a look at the file that was
/// written last is enough, because the highest number is known for as long as that file is there.
/// </summary>
internal sealed class OutputCounters
{
    private const int MostPrefixes = 10_000;
    private readonly ConcurrentDictionary<(string Folder, string FileName), (int Number, string Suffix)> _highest = new();

    /// <summary>The next free number, and the folder if it was missing.</summary>
    /// <param name="folder">The folder's full path.</param>
    /// <param name="fileName">The start of the file's name.</param>
    /// <param name="length">How much of a name on disk is compared, as the real server counts it.</param>
    public int Next(string folder, string fileName, int length)
    {
        if (_highest.TryGetValue((folder, fileName), out var known)
            && length == fileName.Length
            && File.Exists(PathOf(folder, fileName, known.Number, known.Suffix))
            && !File.Exists(PathOf(folder, fileName, known.Number + 1, known.Suffix)))
        {
            return known.Number + 1;
        }

        if (!Directory.Exists(folder))
        {
            Directory.CreateDirectory(folder);
            return 1;
        }

        return Highest(folder, fileName, length) + 1;
    }

    /// <summary>Notes the highest number that was written.</summary>
    public void Written(OutputName name, int number, string suffix)
    {
        if (_highest.Count >= MostPrefixes)
        {
            _highest.Clear();
        }

        _highest[(name.Folder, name.FileName)] = (number, suffix);
    }

    private static string PathOf(string folder, string fileName, int number, string suffix) =>
        string.Create(CultureInfo.InvariantCulture, $"{folder}/{fileName}_{number:00000}{suffix}");

    private static int Highest(string folder, string fileName, int length)
    {
        var highest = 0;
        foreach (var path in Directory.EnumerateFileSystemEntries(folder))
        {
            var name = Path.GetFileName(path);
            if (name.Length > length && name[length] == '_' && name.AsSpan(0, length).SequenceEqual(fileName))
            {
                var digits = name[(length + 1)..].Split('_')[0];
                highest = Math.Max(highest, int.TryParse(digits, CultureInfo.InvariantCulture, out var number) ? number : 0);
            }
        }

        return highest;
    }
}
