namespace Continuity.Bench.Swap;

/// <summary>Decides which GPU executes which request, and when.</summary>
internal interface IDispatcher : IAsyncDisposable
{
    /// <summary>Makes a new one, or the same one once more as if nothing had happened but what it may know; model A is in all GPUs after that.</summary>
    Task PrepareAsync();

    /// <summary>Has requests executed, and their pictures fetched.</summary>
    /// <param name="models">The model of each, in order.</param>
    Task RunAsync(string models);
}
