using System.Net;

namespace Continuity.Client;

/// <summary>How a <see cref="ContinuityClient"/> calls the cluster.</summary>
public sealed class ContinuityClientOptions
{
    /// <summary>How long a call is tried again after transient errors before it is given up.</summary>
    /// <value>30 seconds: several times what the cluster needs to move the grains of a killed silo.</value>
    public TimeSpan Deadline { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long <see cref="ContinuityClient.ConnectAsync"/> tries to reach a gateway.</summary>
    /// <value>30 seconds.</value>
    public TimeSpan ConnectPatience { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long one try may take. No legitimate call runs longer.</summary>
    /// <value>5 seconds, the response timeout of the cluster.</value>
    public TimeSpan ResponseTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// The PostgreSQL database of the cluster, as an Npgsql connection string such as <c>Host=db;Database=continuity;Username=farm;Password=…</c>. The gateways
    /// are read from it, and read again while silos come and go.
    /// </summary>
    /// <value><see langword="null"/>: the <see cref="Gateways"/> are named instead.</value>
    public string? Cluster { get; set; }

    /// <summary>The gateways of the cluster, for <see cref="ContinuityClient.ConnectAsync"/> where <see cref="Cluster"/> is not set.</summary>
    /// <value>Empty.</value>
    public IList<IPEndPoint> Gateways { get; } = [];

    /// <summary>Orleans' name of the cluster.</summary>
    /// <value><c>continuity</c>, the name of a local cluster.</value>
    public string ClusterId { get; set; } = "continuity";

    /// <summary>Orleans' name of the service.</summary>
    /// <value><c>continuity</c>, the name of a local cluster.</value>
    public string ServiceId { get; set; } = "continuity";

    /// <summary>The clock for deadlines and pauses.</summary>
    /// <value>The system's.</value>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;
}
