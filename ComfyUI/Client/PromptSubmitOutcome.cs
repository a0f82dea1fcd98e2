using Continuity.Tasks;

namespace Continuity.ComfyUI.Client;

/// <summary>What became of a submission. A closed set: <see cref="Accepted"/>, <see cref="Rejected"/>, <see cref="Unknown"/>, <see cref="NotSent"/>.</summary>
public abstract record PromptSubmitOutcome
{
    private PromptSubmitOutcome()
    {
    }

    /// <summary>The prompt is in the instance's queue.</summary>
    /// <param name="Number">Its place in the order: lower goes first.</param>
    public sealed record Accepted(double Number) : PromptSubmitOutcome;

    /// <summary>The instance refused the prompt, or a part of it: then the rest was taken back.</summary>
    /// <param name="Fault">
    /// <see cref="FaultClass.Missing"/> when a node class or a model file is not there, which another instance may have; else <see cref="FaultClass.Validation"/>.
    /// </param>
    public sealed record Rejected(TaskFault Fault) : PromptSubmitOutcome;

    /// <summary>The answer did not come: the prompt may or may not be there. Look with <see cref="IComfyClient.FindAsync"/>; never send it again unseen.</summary>
    /// <param name="Reason">What happened, in words.</param>
    public sealed record Unknown(string Reason) : PromptSubmitOutcome;

    /// <summary>It was no longer wanted when it could have been sent: see <see cref="PromptSubmission.IsStillWanted"/>.</summary>
    public sealed record NotSent : PromptSubmitOutcome;
}
