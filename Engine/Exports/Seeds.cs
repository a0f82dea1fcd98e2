using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

using Continuity.Engine.Projects;

namespace Continuity.Engine.Exports;

/// <summary>Gives every shot a seed that stays the same as long as the shot does, whatever is added around it.</summary>
internal static class Seeds
{
    // The largest whole number that JSON readers of every language keep exact.
    private const ulong Mask = (1UL << 53) - 1;

    public static long Of(Project project, string sceneId, string shotId, string kind, long? seedBase)
    {
        var identity = string.Join('\0', project.StoryBible.Logline, sceneId, shotId, kind, seedBase?.ToString() ?? "");
        return (long)(BinaryPrimitives.ReadUInt64BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(identity))) & Mask);
    }
}
