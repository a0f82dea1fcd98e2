namespace Continuity.Bench.Scheduling;

/// <summary>A model file.</summary>
/// <param name="name">Its name.</param>
/// <param name="gigabytes">What it takes of a GPU's memory.</param>
/// <param name="loadSeconds">How long it takes to load.</param>
/// <param name="loader">The node that loads it.</param>
internal sealed class Model(string name, double gigabytes, double loadSeconds, string loader = "UNETLoader")
{
    public string Loader => loader;

    public string Name => name;

    public double Gigabytes => gigabytes;

    public double LoadSeconds => loadSeconds;
}

/// <summary>A workflow: the files it loads and how long it runs.</summary>
/// <param name="name">Its name.</param>
/// <param name="workSeconds">How long a prompt runs on a GPU of speed 1, its models loaded.</param>
/// <param name="models">Its files, the one that gives it its name first.</param>
internal sealed class Profile(string name, double workSeconds, params Model[] models)
{
    public string Name => name;

    public double WorkSeconds => workSeconds;

    public IReadOnlyList<Model> Models => models;

    /// <summary>The file that dispatchers who know of one model take for the whole.</summary>
    public Model Main => models[0];

    /// <summary>Whether the main file is a checkpoint of the kind that SwarmUI switches; an upscaler's or interpolator's file is none.</summary>
    public bool HasCheckpoint { get; init; } = true;
}
