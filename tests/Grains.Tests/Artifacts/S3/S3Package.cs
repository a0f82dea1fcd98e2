using System.Diagnostics;

namespace Continuity.Grains.Tests.Artifacts.S3;

/// <summary>Installs the S3 server that the tests run against, once, into the folder for what is made from the sources.</summary>
internal static class S3Package
{
    private const string Version = "3.7.1";

    /// <summary>Path of the server's program.</summary>
    public static Lazy<Task<string>> Program { get; } = new(InstallAsync);

    private static async Task<string> InstallAsync()
    {
        var tools = Path.Combine(Root(), "out", "npm");
        var folder = Path.Combine(tools, $"s3rver-{Version}");
        var program = Path.Combine(folder, "node_modules", "s3rver", "bin", "s3rver.js");
        if (File.Exists(program))
        {
            return program;
        }

        // Whole or not at all: a test run that is stopped in the middle must not leave half of it.
        var part = Path.Combine(tools, $"s3rver-{Guid.NewGuid():N}.part");
        Directory.CreateDirectory(part);
        await File.WriteAllTextAsync(Path.Combine(part, "package.json"), "{ \"private\": true }");
        await NpmAsync(part, "install", $"s3rver@{Version}", "--no-audit", "--no-fund", "--no-update-notifier", "--ignore-scripts");
        try
        {
            Directory.Move(part, folder);
        }
        catch (IOException) when (File.Exists(program)) // another test run was faster
        {
            Directory.Delete(part, recursive: true);
        }

        return program;
    }

    private static async Task NpmAsync(string folder, params string[] arguments)
    {
        Process? npm;
        try
        {
            npm = Process.Start(new ProcessStartInfo("npm", arguments) { WorkingDirectory = folder, UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true });
        }
        catch (System.ComponentModel.Win32Exception exception)
        {
            throw new InvalidOperationException("npm is missing. Install the packages nodejs and npm; eng/test.sh does.", exception);
        }

        using (npm)
        {
            var output = npm!.StandardOutput.ReadToEndAsync();
            var errors = npm.StandardError.ReadToEndAsync();
            await npm.WaitForExitAsync();
            if (npm.ExitCode != 0)
            {
                throw new InvalidOperationException($"npm {string.Join(' ', arguments)} failed with {npm.ExitCode}:\n{await output}\n{await errors}");
            }
        }
    }

    private static string Root()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Continuity.Orleans.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException($"No Continuity.Orleans.sln above {AppContext.BaseDirectory}.");
    }
}
