namespace Continuity.Silo;

/// <summary>
/// The settings of a server, section <c>Continuity</c> of <c>appsettings.json</c>, environment variables (<c>Continuity__Cluster</c>) and the command line, the
/// later ones first. Without any it is one machine's farm on SQLite.
/// </summary>
internal sealed class SiloSettings
{
    public const string Section = "Continuity";

    /// <summary>The database that makes this silo one of a cluster; a farm of its own on SQLite when not set.</summary>
    public string? Cluster { get; set; }

    /// <summary>Folder of the store (without a cluster), the artifacts and temporary files.</summary>
    public string Data { get; set; } = ".continuity";

    /// <summary>Name for people and for GPUs' home; unique in the cluster. Default: machine and port.</summary>
    public string? Name { get; set; }

    /// <summary>The address on which other silos and clients reach this one. It listens there and nowhere else.</summary>
    public string Address { get; set; } = "127.0.0.1";

    /// <summary>Port for silos.</summary>
    public int SiloPort { get; set; } = 11111;

    /// <summary>Port for clients.</summary>
    public int GatewayPort { get; set; } = 30000;

    /// <summary>The ComfyUI instances beside this silo.</summary>
    public IList<GpuSettings> Gpus { get; } = [];

    /// <summary>How many silos must find one dead before it is out: 1 for up to three silos, 2 for more.</summary>
    public int DeathVotes { get; set; } = 1;

    /// <summary>Whether the silo runs as a pod and takes its name, address and neighbours from Kubernetes.</summary>
    public bool Kubernetes { get; set; }
}

/// <summary>One ComfyUI instance.</summary>
internal sealed class GpuSettings
{
    /// <summary>Its base address, such as <c>http://127.0.0.1:8188</c>.</summary>
    public string Url { get; set; } = "";

    /// <summary>Name for people. Default: host and port.</summary>
    public string? Name { get; set; }
}
