using Spectre.Console;

namespace Continuity.Cli.Output;

/// <summary>Where a command writes: results on the standard output, everything else on the standard error.</summary>
/// <param name="Out">The standard output as text.</param>
/// <param name="Error">The standard error as text.</param>
/// <param name="Console">The standard output with colours and tables.</param>
/// <param name="IsInteractive">Whether a person watches the standard output, so that it may be redrawn.</param>
internal sealed record Terminal(TextWriter Out, TextWriter Error, IAnsiConsole Console, bool IsInteractive)
{
    // Wide enough for every table: what reads a redirected output does not wrap lines.
    private const int RedirectedWidth = 200;

    public static Terminal Standard()
    {
        System.Console.OutputEncoding = System.Text.Encoding.UTF8;
        var isInteractive = !System.Console.IsOutputRedirected && Environment.GetEnvironmentVariable("TERM") is not "dumb";
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Interactive = isInteractive ? InteractionSupport.Yes : InteractionSupport.No });
        if (System.Console.IsOutputRedirected)
        {
            console.Profile.Width = RedirectedWidth;
        }

        return new Terminal(System.Console.Out, System.Console.Error, console, isInteractive);
    }

    /// <summary>Tells what is wrong.</summary>
    public void Problem(string message) => Error.WriteLine($"error: {message}");

    /// <summary>Tells what is worth knowing.</summary>
    public void Note(string message) => Error.WriteLine(message);
}
