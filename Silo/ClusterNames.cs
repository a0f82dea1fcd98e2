namespace Continuity.Silo;

/// <summary>Orleans' names of the cluster and the service. Both are keys of what is stored, so they never change; a cluster is told from another by its database.</summary>
internal static class ClusterNames
{
    public const string Cluster = "continuity";

    public const string Service = "continuity";
}
