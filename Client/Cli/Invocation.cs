using Continuity.Cli.Hosting;
using Continuity.Cli.Output;
using Continuity.Grains.Hosting;

namespace Continuity.Cli;

/// <summary>One run of a command: where it writes, and the options that every command takes.</summary>
internal sealed record Invocation(Terminal Terminal, TimeProvider TimeProvider, DataDirectory Data, bool Json, bool Verbose);
