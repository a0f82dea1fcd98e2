namespace Continuity.Gpu;

/// <summary>What became of an operator's command. A closed set: <see cref="Done"/>, <see cref="NotFound"/>.</summary>
[GenerateSerializer, Immutable, Alias("continuity.gpu-command-result")]
public abstract record GpuCommandResult
{
    private GpuCommandResult()
    {
    }

    /// <summary>The GPU is as it was asked for, and stored as that. The answer too when the command is repeated.</summary>
    /// <param name="Gpu">The GPU.</param>
    /// <param name="Mode">Its mode now.</param>
    /// <param name="Changed">Whether anything had to be changed.</param>
    [GenerateSerializer, Immutable, Alias("continuity.gpu-command-done")]
    public sealed record Done([property: Id(0)] GpuId Gpu, [property: Id(1)] GpuMode Mode, [property: Id(2)] bool Changed) : GpuCommandResult;

    /// <summary>There is no such GPU; nothing changed.</summary>
    /// <param name="Message">Which one, and those there are, in words.</param>
    [GenerateSerializer, Immutable, Alias("continuity.gpu-command-not-found")]
    public sealed record NotFound([property: Id(0)] string Message) : GpuCommandResult;
}
