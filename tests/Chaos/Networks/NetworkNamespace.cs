namespace Continuity.Chaos.Networks;

/// <summary>Where the kernel shows named network namespaces.</summary>
internal static class NetworkNamespace
{
    public static string PathOf(string name) => $"/run/netns/{name}";
}
