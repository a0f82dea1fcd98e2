using System.ComponentModel;

using CliWrap;

using Continuity.Gpu;
using Continuity.Grains.Hosting;
using Continuity.Grains.Media;

namespace Continuity.Grains.Gpu;

/// <summary>Runs the command that restarts a ComfyUI: a program with a list of arguments, never through a shell, and within a time limit.</summary>
internal static class RestartCommand
{
    /// <summary>Runs it to its end. It is not cut short when the silo stops: a ComfyUI that was stopped and not started again helps nobody.</summary>
    /// <returns>What went wrong, in words; null when nothing did.</returns>
    public static async Task<string?> RunAsync(GpuCareOptions care, GpuId gpu, Uri address, TimeProvider time)
    {
        var errors = new StderrTail();
        var command = Cli.Wrap(care.RestartProgram!)
            .WithArguments(care.RestartArguments, escape: true)
            .WithEnvironmentVariables(variables => variables.Set("CONTINUITY_GPU_ID", gpu.Value).Set("CONTINUITY_GPU_ADDRESS", address.ToString()))
            .WithValidation(CommandResultValidation.None)
            .WithStandardErrorPipe(PipeTarget.ToDelegate(errors.Add));
        using var limit = new CancellationTokenSource(care.RestartTimeLimit, time);
        try
        {
            var result = await command.ExecuteAsync(limit.Token);
            return result.IsSuccess ? null : $"the restart command '{care.RestartProgram}' ended with code {result.ExitCode}: {errors}";
        }
        catch (Win32Exception exception)
        {
            return $"the restart command '{care.RestartProgram}' could not be started: {exception.Message}. Give the program's full path.";
        }
        catch (OperationCanceledException)
        {
            return $"the restart command '{care.RestartProgram}' was killed after {care.RestartTimeLimit.TotalSeconds:0.#} s: it must end by itself once ComfyUI starts. {errors}";
        }
    }
}
