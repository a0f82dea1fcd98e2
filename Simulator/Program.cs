using System.Diagnostics;
using System.Runtime.InteropServices;
using Continuity.Simulator;
using Continuity.Simulator.Hosting;

if (!CommandLine.TryParse(args, out var servers, out var problem))
{
    await Console.Error.WriteLineAsync(problem);
    return 2;
}

var stop = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
var running = new List<SimulatedComfy>();
try
{
    foreach (var options in servers)
    {
        // A crash is a real one: nothing is flushed, nothing is said.
        options.ProcessCrash = () => Process.GetCurrentProcess().Kill();
        running.Add(await SimulatedComfy.StartAsync(options));
        await Console.Out.WriteLineAsync($"listening on {running[^1].BaseAddress.GetLeftPart(UriPartial.Authority)}");
    }

    await stop.Task;
    return 0;
}
finally
{
    foreach (var comfy in running)
    {
        await comfy.DisposeAsync();
    }
}

void Stop(PosixSignalContext context)
{
    context.Cancel = true;
    stop.TrySetResult();
}
