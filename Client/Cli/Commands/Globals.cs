using System.CommandLine;

using Continuity.Cli.Hosting;
using Continuity.Cli.Output;
using Continuity.Grains.Hosting;

namespace Continuity.Cli.Commands;

/// <summary>The options that every command takes, and the frame that every command runs in.</summary>
internal sealed class Globals(Terminal terminal, TimeProvider timeProvider)
{
    private const string DefaultData = ".continuity";
    private const string ClusterVariable = "CONTINUITY_CLUSTER";

    private readonly Option<string> _data = new("--data")
    {
        Description = "Data directory: pipelines, artifacts, log",
        HelpName = "DIR",
        DefaultValueFactory = _ => DefaultData,
        Recursive = true,
    };

    private readonly Option<string?> _cluster = new("--cluster")
    {
        Description = $"The PostgreSQL database of a cluster, such as 'Host=db;Database=continuity;Username=farm'; also {ClusterVariable}, which keeps a password off the command line",
        HelpName = "CONNECTION",
        Recursive = true,
    };

    private readonly Option<bool> _json = new("--json") { Description = "One JSON object a line on stdout, everything else on stderr", Recursive = true };

    private readonly Option<bool> _verbose = new("--verbose") { Description = "Log more, and show stack traces (also CONTINUITY_VERBOSE=1)", Recursive = true };

    public void AddTo(RootCommand root)
    {
        root.Add(_data);
        root.Add(_cluster);
        root.Add(_json);
        root.Add(_verbose);
    }

    /// <summary>Runs a command's work and turns its errors into words and exit codes.</summary>
    public Task<int> RunAsync(ParseResult parse, Func<Invocation, Task<int>> work)
    {
        var invocation = Read(parse);
        return ErrorBoundary.RunAsync(
            invocation,
            () => File.Exists(invocation.Data.FullPath) ? throw new UsageException($"--data takes a folder; {invocation.Data.FullPath} is a file.") : work(invocation));
    }

    public Invocation Read(ParseResult parse) => new(
        terminal,
        timeProvider,
        new DataDirectory(parse.GetRequiredValue(_data)),
        parse.GetValue(_cluster) ?? (Environment.GetEnvironmentVariable(ClusterVariable) is { Length: > 0 } database ? database : null),
        parse.GetValue(_json),
        parse.GetValue(_verbose) || Environment.GetEnvironmentVariable("CONTINUITY_VERBOSE") is "1");
}
