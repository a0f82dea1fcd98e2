using Continuity.Cli.Hosting;
using Continuity.Cli.Output;
using Continuity.Grains.Hosting;

namespace Continuity.Cli;

/// <summary>One run of a command: where it writes, and the options that every command takes.</summary>
/// <param name="Terminal">Where it writes.</param>
/// <param name="TimeProvider">The clock.</param>
/// <param name="Data">The data directory.</param>
/// <param name="Cluster">The cluster's database; <see langword="null"/> for the farm of the data directory.</param>
/// <param name="Json">Whether a program reads the output.</param>
/// <param name="Verbose">Whether to log more.</param>
internal sealed record Invocation(Terminal Terminal, TimeProvider TimeProvider, DataDirectory Data, string? Cluster, bool Json, bool Verbose);
