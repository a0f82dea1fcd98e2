namespace Continuity.ComfyUI.Client;

/// <summary>Where a prompt is. A closed set: <see cref="Pending"/>, <see cref="Running"/>, <see cref="Ended"/>, <see cref="Unknown"/>.</summary>
public abstract record Whereabouts
{
    private Whereabouts()
    {
    }

    /// <summary>It waits in the instance's queue.</summary>
    /// <param name="Position">Its place among those that wait, counted from 1 in the order they will run.</param>
    /// <param name="Of">How many wait.</param>
    public sealed record Pending(int Position, int Of) : Whereabouts;

    /// <summary>It runs, or the instance says so: a dead worker leaves its prompt running for ever.</summary>
    public sealed record Running : Whereabouts;

    /// <summary>It ended.</summary>
    /// <param name="Outcome">How; never <see cref="PromptOutcome.Lost"/>.</param>
    public sealed record Ended(PromptOutcome Outcome) : Whereabouts;

    /// <summary>The instance does not know it: never accepted, deleted, or forgotten in a restart.</summary>
    public sealed record Unknown : Whereabouts;
}
