using System.Collections.Immutable;

using Continuity.ComfyUI.Client;
using Continuity.Profiles;
using Continuity.Tasks;

namespace Continuity.ComfyUI.Profiles;

/// <summary>A thing about a profile that does not fit an instance.</summary>
/// <param name="Class"><see cref="FaultClass.Missing"/> for node classes and files that the instance lacks, <see cref="FaultClass.Validation"/> for wrong values.</param>
/// <param name="Message">What, where, and what to do.</param>
/// <param name="NodeId">The workflow's node.</param>
public sealed record ProfileProblem(FaultClass Class, string Message, string NodeId);

/// <summary>Compares profiles with what an instance has.</summary>
public static class ProfileChecker
{
    /// <summary>Finds what would make a profile fail on an instance, as far as its node definitions tell.</summary>
    /// <param name="profile">The profile.</param>
    /// <param name="catalogue">The instance's node classes.</param>
    /// <returns>The problems; empty when none were found.</returns>
    /// <exception cref="Workflows.WorkflowException">The profile's workflow cannot be read.</exception>
    public static ImmutableArray<ProfileProblem> Check(WorkflowProfile profile, NodeCatalogue catalogue) => throw new NotSupportedException();
}
