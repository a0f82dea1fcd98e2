using System.Collections.Frozen;

namespace Continuity.Grains.Media;

/// <summary>Reads the transitions that directors write. Letter case, spaces and hyphens do not matter. Pure.</summary>
internal static class TransitionNames
{
    private static readonly FrozenDictionary<string, TransitionKind> Known = new Dictionary<string, TransitionKind>(StringComparer.Ordinal)
    {
        [""] = TransitionKind.Cut,
        ["cut"] = TransitionKind.Cut,
        ["hardcut"] = TransitionKind.Cut,
        ["straightcut"] = TransitionKind.Cut,
        ["none"] = TransitionKind.Cut,
        ["dissolve"] = TransitionKind.Dissolve,
        ["crossdissolve"] = TransitionKind.Dissolve,
        ["crossfade"] = TransitionKind.Dissolve,
        ["xfade"] = TransitionKind.Dissolve,
        ["fade"] = TransitionKind.FadeToBlack,
        ["fadetoblack"] = TransitionKind.FadeToBlack,
        ["fadethroughblack"] = TransitionKind.FadeToBlack,
        ["diptoblack"] = TransitionKind.FadeToBlack,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Reads a name; <see langword="null"/> when it is no transition that can be rendered.</summary>
    public static TransitionKind? Parse(string? name)
    {
        var key = string.Concat((name ?? "").Where(c => !char.IsWhiteSpace(c) && c is not ('-' or '_'))).ToLowerInvariant();
        return Known.TryGetValue(key, out var kind) ? kind : null;
    }
}
