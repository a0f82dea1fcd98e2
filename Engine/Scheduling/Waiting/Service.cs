namespace Continuity.Engine.Scheduling.Waiting;

/// <summary>
/// What the GPUs that hold a group's files could do of it: so many prompts a second, and how many they are already late for by what they still execute. Of these two sums follows when the
/// last of the waiting tickets would be done if no other GPU helped.
/// </summary>
internal sealed class Service
{
    /// <summary>How many GPUs.</summary>
    public int Gpus { get; private set; }

    /// <summary>Prompts a second.</summary>
    public double Rate { get; private set; }

    /// <summary>The sum of each GPU's rate times the moment from which it is free.</summary>
    public double Late { get; private set; }

    public void Add(double rate, double freeAt)
    {
        Gpus++;
        Rate += rate;
        Late += rate * freeAt;
    }

    public void Remove(double rate, double freeAt)
    {
        Gpus--;
        (Rate, Late) = Gpus == 0 ? (0, 0) : (Rate - rate, Late - (rate * freeAt));
    }
}
