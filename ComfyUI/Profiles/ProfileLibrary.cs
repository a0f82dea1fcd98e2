using System.Collections.Immutable;

using Continuity.ComfyUI.Workflows;
using Continuity.Profiles;

namespace Continuity.ComfyUI.Profiles;

/// <summary>The workflow profiles found in some folders.</summary>
public sealed class ProfileLibrary
{
    private readonly ImmutableSortedDictionary<string, WorkflowProfile> _profiles;

    internal ProfileLibrary(ImmutableSortedDictionary<string, WorkflowProfile> profiles) => _profiles = profiles;

    /// <summary>The folder of the profiles that come with the program.</summary>
    public static string ShippedDirectory => Path.Combine(AppContext.BaseDirectory, "profiles");

    /// <summary>All profiles, in order of their ids.</summary>
    public ImmutableArray<WorkflowProfile> All => [.. _profiles.Values];

    /// <summary>Finds a profile.</summary>
    /// <param name="id">Its id.</param>
    /// <returns>The profile, or <see langword="null"/>.</returns>
    public WorkflowProfile? Find(string id) => _profiles.GetValueOrDefault(id);

    /// <summary>Reads every folder that holds a <c>profile.json</c> below the given ones.</summary>
    /// <param name="directories">Folders of profile folders; a profile in a later one replaces one of the same id in an earlier one. Missing folders are passed over.</param>
    /// <returns>The profiles.</returns>
    /// <exception cref="WorkflowException">A profile has faults; all faults of all profiles are told, each with its file and its place in it.</exception>
    public static ProfileLibrary Load(IEnumerable<string> directories)
    {
        var faults = new List<string>();
        var found = ImmutableSortedDictionary.CreateBuilder<string, WorkflowProfile>(StringComparer.Ordinal);
        foreach (var directory in directories.Where(Directory.Exists))
        {
            var here = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var folder in Directory.EnumerateDirectories(directory).Order(StringComparer.Ordinal))
            {
                if (!File.Exists(Path.Combine(folder, ProfileReader.ProfileFile)) || new ProfileReader(folder, faults).Read() is not { } profile)
                {
                    continue;
                }

                if (!here.TryAdd(profile.Id, folder))
                {
                    faults.Add($"{Path.Combine(folder, ProfileReader.ProfileFile)}: $.id {profile.Id} is taken by {here[profile.Id]} already.");
                }

                found[profile.Id] = profile;
            }
        }

        return faults.Count == 0 ? new ProfileLibrary(found.ToImmutable()) : throw new WorkflowException([.. faults]);
    }

    /// <summary>Reads one profile folder.</summary>
    /// <param name="directory">A folder with <c>profile.json</c> and <c>workflow.json</c>.</param>
    /// <returns>The profile.</returns>
    /// <exception cref="WorkflowException">The profile has faults; all are told, each with its file and its place in it.</exception>
    public static WorkflowProfile LoadOne(string directory)
    {
        var faults = new List<string>();
        return new ProfileReader(directory, faults).Read() ?? throw new WorkflowException([.. faults]);
    }
}
