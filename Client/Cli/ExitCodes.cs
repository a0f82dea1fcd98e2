using System.Diagnostics;

using Continuity.Pipelines;

namespace Continuity.Cli;

/// <summary>What the command's exit code tells a script.</summary>
internal static class ExitCodes
{
    /// <summary>The command did what it says; the pipeline it followed is completed.</summary>
    public const int Completed = 0;

    /// <summary>The pipeline failed, or something is broken that the input is not to blame for.</summary>
    public const int Failed = 1;

    /// <summary>The command line or a file is wrong. Nothing was created or changed.</summary>
    public const int BadInput = 2;

    /// <summary>The pipeline was cancelled.</summary>
    public const int Cancelled = 3;

    /// <summary>Interrupted: following stopped, the pipeline can be resumed. 128 + SIGINT, as shells have it; SIGTERM gives the same.</summary>
    public const int Interrupted = 130;

    /// <summary>The exit code for a pipeline at its end.</summary>
    public static int Of(PipelineStatus status) => status switch
    {
        PipelineStatus.Completed => Completed,
        PipelineStatus.Failed => Failed,
        PipelineStatus.Cancelled => Cancelled,
        PipelineStatus.Active or PipelineStatus.Paused or PipelineStatus.Cancelling => Failed,
        _ => throw new UnreachableException(),
    };
}
