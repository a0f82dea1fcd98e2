using System.Diagnostics;
using System.Runtime.InteropServices;
using Continuity.Simulator;
using Continuity.Simulator.Hosting;

if (!CommandLine.TryParse(args, out var options, out var problem))
{
    await Console.Error.WriteLineAsync(problem);
    return 2;
}

// A crash is a real one: nothing is flushed, nothing is said.
options.ProcessCrash = () => Process.GetCurrentProcess().Kill();
var stop = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
await using var comfy = await SimulatedComfy.StartAsync(options);
await Console.Out.WriteLineAsync($"listening on {comfy.BaseAddress.GetLeftPart(UriPartial.Authority)}");
await stop.Task;
return 0;

void Stop(PosixSignalContext context)
{
    context.Cancel = true;
    stop.TrySetResult();
}
