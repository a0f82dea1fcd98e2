using System.Globalization;

using CliWrap;
using CliWrap.Buffered;

namespace Continuity.Support;

/// <summary>Where PostgreSQL's programs are, and as whom they run: they refuse root, so root starts them as the user that the package made.</summary>
internal sealed class PostgresPrograms
{
    private const string Packaged = "/usr/lib/postgresql";
    private const string PackagedUser = "postgres";

    private readonly string _folder;
    private readonly bool _asUser = Environment.IsPrivilegedProcess && OperatingSystem.IsLinux();

    private PostgresPrograms(string folder) => _folder = folder;

    public static PostgresPrograms Find()
    {
        var packaged = Directory.Exists(Packaged)
            ? Directory.GetDirectories(Packaged).OrderByDescending(folder => int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var version) ? version : 0)
            : Enumerable.Empty<string>();
        var onPath = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        return packaged.Select(folder => Path.Combine(folder, "bin")).Concat(onPath).FirstOrDefault(folder => File.Exists(Path.Combine(folder, "initdb"))) is { } found
            ? new PostgresPrograms(found)
            : throw new InvalidOperationException($"PostgreSQL is missing: no initdb under {Packaged}/*/bin or on the PATH. Install the package postgresql.");
    }

    /// <summary>A new temporary folder that the server's user can reach and write.</summary>
    public string CreateFolder()
    {
        var folder = Directory.CreateTempSubdirectory("continuity-postgres-").FullName;
        if (!_asUser)
        {
            return folder;
        }

        if (!IsOpen(Path.GetDirectoryName(folder)!))
        {
            // The usual temporary folder is one of root's own.
            Directory.Delete(folder);
            folder = Path.Combine("/tmp", Path.GetFileName(folder));
            Directory.CreateDirectory(folder);
        }

        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(folder, Open | UnixFileMode.GroupWrite | UnixFileMode.OtherWrite);
        }

        return folder;
    }

    public (string Program, IReadOnlyList<string> Arguments) CommandLine(string program, params IReadOnlyList<string> arguments)
    {
        var path = Path.Combine(_folder, program);
        return _asUser ? ("setpriv", ["--reuid", PackagedUser, "--regid", PackagedUser, "--clear-groups", "--", path, .. arguments]) : (path, arguments);
    }

    public async Task RunAsync(string program, params IReadOnlyList<string> arguments)
    {
        var (path, full) = CommandLine(program, arguments);
        var result = await Cli.Wrap(path).WithArguments(full).WithWorkingDirectory("/").WithValidation(CommandResultValidation.None).ExecuteBufferedAsync();
        if (!result.IsSuccess)
        {
            throw new InvalidOperationException($"{program} ended with exit code {result.ExitCode}: {result.StandardError} {result.StandardOutput}");
        }
    }

    private const UnixFileMode Open =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    private static bool IsOpen(string folder)
    {
        for (var at = new DirectoryInfo(folder); at is not null; at = at.Parent)
        {
            if (!OperatingSystem.IsWindows() && !at.UnixFileMode.HasFlag(UnixFileMode.OtherExecute))
            {
                return false;
            }
        }

        return true;
    }
}
