using System.Net;

namespace Continuity.Chaos.Processes;

/// <summary>How a silo is started, and started again.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Folder">A folder for it alone.</param>
/// <param name="Data">The folder of the artifacts, and of the store when there is no cluster.</param>
public sealed record SiloPlan(string Name, string Folder, string Data)
{
    /// <summary>The connection string of the cluster's database; <see langword="null"/> for a silo alone on SQLite.</summary>
    public string? Cluster { get; init; }

    /// <summary>The address it is reached at.</summary>
    public IPAddress Address { get; init; } = IPAddress.Loopback;

    /// <summary>The network namespace it lives in; <see langword="null"/> for the test's own.</summary>
    public string? Namespace { get; init; }

    /// <summary>Its ports: for silos, for clients, for HTTP.</summary>
    public (int Silo, int Gateway, int Http) Ports { get; init; }

    /// <summary>The ComfyUI instances beside it.</summary>
    public IReadOnlyList<Uri> Gpus { get; init; } = [];

    /// <summary>Environment variables on top of the test's own.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    // The silo as it is deployed, where a benchmark names one; else that of the build.
    private static string Program => System.Environment.GetEnvironmentVariable("CONTINUITY_SILO") is { Length: > 0 } deployed ? deployed : "Continuity.Silo.dll";

    internal ProgramStart Start => new(Program, Folder, Arguments())
    {
        Namespace = Namespace,
        LogPath = Path.Combine(Folder, "log.txt"),
        Environment = Environment,
    };

    private IEnumerable<string> Arguments() =>
    [
        .. Cluster is null ? (IEnumerable<string>)[] : ["--cluster", Cluster],
        "--name", Name, "--data", Data, "--address", $"{Address}",
        "--silo-port", $"{Ports.Silo}", "--gateway-port", $"{Ports.Gateway}", "--urls", $"http://{Address}:{Ports.Http}",
        .. Gpus.SelectMany(gpu => (string[])["--gpu", gpu.ToString()]),
    ];
}
