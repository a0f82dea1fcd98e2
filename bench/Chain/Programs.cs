using System.Diagnostics;

namespace Continuity.Bench;

/// <summary>The programs of others that a benchmark starts.</summary>
internal static class Programs
{
    public static Process Start(string program, string folder, params IReadOnlyList<string> arguments) => Process.Start(new ProcessStartInfo(program, arguments)
    {
        WorkingDirectory = folder,
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        UseShellExecute = false,
    }) ?? throw new InvalidOperationException($"{program} was not started.");

    /// <summary>Reads up to a line.</summary>
    public static async Task<string> LineAsync(Process process, Func<string, bool> wanted)
    {
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (wanted(line))
            {
                return line;
            }
        }

        throw new InvalidOperationException($"{process.StartInfo.FileName} ended early.");
    }

    public static async Task EndAsync(Process process)
    {
        process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
    }

    /// <summary>The folder of a project's scripts in the build's output, with the packages that they need.</summary>
    public static async Task<string> ScriptsAsync(string folder)
    {
        var scripts = Path.Combine(AppContext.BaseDirectory, folder);
        if (!Directory.Exists(Path.Combine(scripts, "node_modules")))
        {
            using var npm = Start("npm", scripts, "install", "--no-audit", "--no-fund", "--loglevel=error");
            var output = npm.StandardOutput.ReadToEndAsync();
            await npm.WaitForExitAsync();
            if (npm.ExitCode != 0)
            {
                throw new InvalidOperationException($"npm could not install what {scripts} needs: {await output}");
            }
        }

        return scripts;
    }
}
