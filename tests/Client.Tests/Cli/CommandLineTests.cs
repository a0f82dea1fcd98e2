using Continuity.Artifacts;
using Continuity.Cli;
using Continuity.Cli.Commands;
using Continuity.Grains.Hosting;
using Continuity.Pipelines;

using static Continuity.Client.Tests.Cli.Fixtures;

namespace Continuity.Client.Tests.Cli;

public sealed class CommandLineTests
{
    [Theory]
    [InlineData("export", "Required argument")]
    [InlineData("export no-such-file.json --simulate 1", "no-such-file.json")]
    [InlineData("export p.json --gpu ftp://x", "'ftp://x' is not the address of a ComfyUI")]
    [InlineData("export p.json --gpu http://", "is not the address of a ComfyUI")]
    [InlineData("export p.json --simulate 99", "--simulate takes 1 to 16")]
    [InlineData("export p.json --simulate many", "many")]
    [InlineData("export p.json --retries -1", "--retries takes 0 to 20")]
    [InlineData("profiles ls --profiles /no/such/folder", "/no/such/folder")]
    [InlineData("run no-such-file.json --simulate 1", "no-such-file.json")]
    [InlineData("show a/b", "'a/b' is not a pipeline id")]
    [InlineData("gc --older-than soon", "--older-than takes a time such as 90m, 24h or 7d; found 'soon'")]
    [InlineData("gc --older-than 59m", "an hour or more")]
    [InlineData("why a/b", "'a/b' is not a pipeline id")]
    [InlineData("priority p1 urgent", "'urgent' is no priority; use low, normal or high")]
    [InlineData("priority p1", "Required argument")]
    [InlineData("export p.json --priority urgent", "'urgent' is no priority; use low, normal or high")]
    [InlineData("frobnicate", "frobnicate")]
    public async Task Invoke_BadInput_SaysWhatIsWrongAndExitsWith2(string line, string expected)
    {
        var (exitCode, output, error) = await InvokeAsync(line.Split(' '));

        Assert.Equal(ExitCodes.BadInput, exitCode);
        Assert.Contains(expected, error, StringComparison.Ordinal);
        Assert.Empty(output);
    }

    [Theory]
    [InlineData("ls")]
    [InlineData("show p1")]
    [InlineData("watch p1")]
    [InlineData("cancel p1")]
    [InlineData("why p1")]
    [InlineData("priority p1 high")]
    [InlineData("gc")]
    [InlineData("gpus")]
    public async Task Invoke_NoDataDirectory_SaysSoAndCreatesNothing(string line)
    {
        using var folder = new TemporaryFolder();
        var data = Path.Combine(folder.Path, "missing");

        var (exitCode, _, error) = await InvokeAsync([.. line.Split(' '), "--data", data]);

        Assert.Equal(ExitCodes.BadInput, exitCode);
        Assert.Contains(data, error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(data));
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("export --help")]
    [InlineData("profiles check --help")]
    public async Task Invoke_Help_ExitsWith0(string line)
    {
        var (exitCode, output, error) = await InvokeAsync(line.Split(' '));

        Assert.Equal(ExitCodes.Completed, exitCode);
        Assert.Contains("--data", output, StringComparison.Ordinal);
        Assert.Empty(error);
    }

    [Fact]
    public async Task Invoke_UnknownOption_NamesTheCommandsHelp()
    {
        var (_, _, error) = await InvokeAsync(["profiles", "check", "--nonsense"]);

        Assert.Contains("Try 'continuity profiles check --help'.", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(PipelineStatus.Completed, 0)]
    [InlineData(PipelineStatus.Failed, 1)]
    [InlineData(PipelineStatus.Cancelled, 3)]
    public void ExitCode_TellsHowThePipelineEnded(PipelineStatus status, int expected) => Assert.Equal(expected, ExitCodes.Of(status));

    [Fact]
    public async Task ErrorBoundary_Rejected_PrintsEveryFaultOnItsOwnLine()
    {
        var invocation = NewInvocation(out var error, verbose: false);

        var exitCode = await ErrorBoundary.RunAsync(
            invocation,
            () => throw new RejectedException([new DefinitionFault("$.scenes[0].id", "is missing."), new DefinitionFault("$.scenes[1]", "is no object.")]));

        Assert.Equal(ExitCodes.BadInput, exitCode);
        Assert.Equal(
            $"error: $.scenes[0].id: is missing.{Environment.NewLine}error: $.scenes[1]: is no object.{Environment.NewLine}",
            error.ToString());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ErrorBoundary_Bug_ShowsAStackTraceOnlyWhenVerbose(bool verbose)
    {
        var invocation = NewInvocation(out var error, verbose);

        var exitCode = await ErrorBoundary.RunAsync(invocation, () => throw new InvalidOperationException("odd"));

        Assert.Equal(ExitCodes.Failed, exitCode);
        Assert.Contains("odd", error.ToString(), StringComparison.Ordinal);
        Assert.Equal(verbose, error.ToString().Contains("   at ", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(0, false, "Nothing to delete: 1,480 files, 9.6 GB, all in use or stored within the last 24 hours.")]
    [InlineData(1, true, "Would delete 1 file, 512 B, of 1,480 files, 9.6 GB. Run it without --dry-run to do so.")]
    [InlineData(1, false, "Deleted 1 file, 512 B, of 1,480 files, 9.6 GB.")]
    public void Gc_SaysWhatItDid(int deleted, bool dryRun, string expected)
    {
        var run = new ArtifactCollection(Guid.Empty, dryRun, TimeSpan.FromHours(24), default) { Examined = 1480, ExaminedBytes = 10_307_921_510, Deleted = deleted, DeletedBytes = deleted * 512 };

        Assert.Equal(expected, GcCommand.Describe(run));
    }

    private static Invocation NewInvocation(out StringWriter error, bool verbose) =>
        new(Terminal(out _, out error), TimeProvider.System, new DataDirectory("data"), Cluster: null, Json: false, verbose);

    private static async Task<(int ExitCode, string Output, string Error)> InvokeAsync(string[] args)
    {
        var terminal = Terminal(out var output, out var error);
        var exitCode = await CommandLine.InvokeAsync(args, terminal, TimeProvider.System, CancellationToken.None);
        return (exitCode, output.ToString(), error.ToString());
    }
}
