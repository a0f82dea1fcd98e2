namespace Continuity.Bench.Scheduling;

/// <summary>
/// Decides which GPU runs what. The simulator tells it what becomes ready and what ends, and asks it for every GPU with a free slot, idle ones first. It sees what a dispatcher can see:
/// not how long a task will take.
/// </summary>
internal interface ISchedulingPolicy
{
    string Name { get; }

    /// <summary>How many items it gives to a GPU at a time: with 1 it waits for the end of each, with 2 it stages one behind the executing one.</summary>
    int Slots { get; }

    /// <summary>The run begins.</summary>
    /// <param name="gpus">The fleet.</param>
    /// <param name="owners">How many owners there are.</param>
    void Begin(IReadOnlyList<GpuModel> gpus, int owners);

    /// <summary>Tasks became ready in the same instant.</summary>
    void Ready(IReadOnlyList<SimTask> tasks, double now);

    /// <summary>Called once after all the news of an instant, before GPUs are asked for.</summary>
    void Plan(double now)
    {
    }

    /// <summary>Whether asking for a GPU may lead to anything: a quick answer for large fleets.</summary>
    bool MayHaveFor(GpuModel gpu);

    /// <summary>A GPU has a free slot.</summary>
    /// <returns>What it is to do, if anything.</returns>
    Decision Choose(GpuModel gpu, double now);

    /// <summary>A task ended; what was staged behind it executes already.</summary>
    void Ended(SimTask task, GpuModel gpu, double now)
    {
    }

    /// <summary>A model that it asked a GPU to load is there.</summary>
    void Loaded(Model model, GpuModel gpu, double now)
    {
    }

    /// <summary>When it wants to be asked again though nothing happens until then; read after every instant.</summary>
    double? WakeAt => null;
}

/// <summary>What a GPU is to do: run a task, or load a model without one.</summary>
/// <param name="Task">The task.</param>
/// <param name="Load">The model, when there is no task.</param>
internal readonly record struct Decision(SimTask? Task, Model? Load = null)
{
    public bool IsNothing => Task is null && Load is null;
}
