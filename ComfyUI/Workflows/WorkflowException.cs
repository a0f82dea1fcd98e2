using System.Collections.Immutable;

using Continuity.ComfyUI.Client;

namespace Continuity.ComfyUI.Workflows;

/// <summary>A workflow or a profile cannot be used. Trying again cannot help.</summary>
public sealed class WorkflowException : ComfyException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="faults">Every fault, in words; at least one.</param>
    public WorkflowException(params ImmutableArray<string> faults)
        : base(string.Join(Environment.NewLine, faults)) => Faults = faults;

    /// <summary>Every fault, in words.</summary>
    public ImmutableArray<string> Faults { get; }
}
