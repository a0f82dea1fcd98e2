using System.Diagnostics;

namespace Continuity.Chaos.Processes;

/// <summary>Runs a program of the system to its end.</summary>
public static class Tool
{
    /// <summary>Whether there is such a program on the path.</summary>
    public static bool Exists(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, program)));

    /// <summary>Runs it and expects it to succeed.</summary>
    /// <returns>What it said.</returns>
    /// <exception cref="ChaosException">It cannot be started, or it failed; the message has what it said.</exception>
    public static async Task<string> RunAsync(string program, params string[] arguments)
    {
        var (exitCode, said) = await TryAsync(program, arguments);
        return exitCode == 0 ? said : throw new ChaosException($"{program} {string.Join(' ', arguments)}: exit code {exitCode}\n{said}");
    }

    /// <summary>Runs it.</summary>
    /// <returns>Its exit code, 127 when there is no such program, and what it said.</returns>
    public static async Task<(int ExitCode, string Said)> TryAsync(string program, params string[] arguments)
    {
        try
        {
            var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
            using var process = Process.Start(start)!;
            var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
            await process.WaitForExitAsync().WaitAsync(Patience.Step);
            return (process.ExitCode, (await output + await error).Trim());
        }
        catch (System.ComponentModel.Win32Exception exception)
        {
            return (127, exception.Message);
        }
    }
}
