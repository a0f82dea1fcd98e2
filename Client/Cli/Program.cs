using Continuity.Cli;
using Continuity.Cli.Hosting;
using Continuity.Cli.Output;

using var signals = new StopSignals();
return await CommandLine.InvokeAsync(args, Terminal.Standard(), TimeProvider.System, signals.Stopped);
