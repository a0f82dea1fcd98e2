using System.Collections.Immutable;

namespace Continuity.Simulator;

/// <summary>What a simulated server has done since it was created, over crashes and restarts; one consistent picture.</summary>
public sealed record SimulatorStatistics
{
    /// <summary>Ids of all accepted prompts in the order of acceptance, repeats included.</summary>
    public ImmutableArray<string> Submitted { get; init; } = [];

    /// <summary>How many times execution STARTED, by prompt id.</summary>
    public ImmutableDictionary<string, int> Executions { get; init; } = ImmutableDictionary<string, int>.Empty;

    /// <summary>Prompts refused by validation.</summary>
    public int Refused { get; init; }

    /// <summary>Prompts that ended as success.</summary>
    public int Succeeded { get; init; }

    /// <summary>Prompts that ended as failed.</summary>
    public int Failed { get; init; }

    /// <summary>Prompts that ended as interrupted.</summary>
    public int Interrupted { get; init; }

    /// <summary>Nodes that ran (cached ones do not count).</summary>
    public int NodesExecuted { get; init; }

    /// <summary>Nodes taken from the cache.</summary>
    public int NodesCached { get; init; }

    /// <summary>Files uploaded.</summary>
    public int Uploads { get; init; }

    /// <summary>Bytes uploaded.</summary>
    public long UploadedBytes { get; init; }

    /// <summary>Files served by /view.</summary>
    public int Views { get; init; }

    /// <summary>Files written by output nodes.</summary>
    public int FilesWritten { get; init; }

    /// <summary>Model files brought into memory.</summary>
    public int ModelLoads { get; init; }

    /// <summary>Model files put out of memory for another (swaps).</summary>
    public int ModelEvictions { get; init; }

    /// <summary>Loads by model file.</summary>
    public ImmutableDictionary<string, int> LoadsByModel { get; init; } = ImmutableDictionary<string, int>.Empty;

    /// <summary>How long each prompt executed that came to an end, in milliseconds, as its messages tell.</summary>
    public ImmutableDictionary<string, long> Ran { get; init; } = ImmutableDictionary<string, long>.Empty;

    /// <summary>Most prompts that ran at one time.</summary>
    public int MaxRunning { get; init; }

    /// <summary>Interrupt requests.</summary>
    public int InterruptRequests { get; init; }

    /// <summary>HTTP requests.</summary>
    public int Requests { get; init; }

    /// <summary>Web socket connections.</summary>
    public int SocketConnections { get; init; }

    /// <summary>Web socket messages sent.</summary>
    public long MessagesSent { get; init; }

    /// <summary>Crashes.</summary>
    public int Crashes { get; init; }

    /// <summary>How many times execution of a prompt started.</summary>
    /// <param name="promptId">The prompt's id.</param>
    /// <returns>The number of starts; 0 when it never did.</returns>
    public int ExecutionsOf(string promptId) => Executions.GetValueOrDefault(promptId);
}
