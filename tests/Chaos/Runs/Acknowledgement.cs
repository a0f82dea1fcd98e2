using Continuity.Pipelines;

namespace Continuity.Chaos.Runs;

/// <summary>A command that the cluster has acknowledged.</summary>
/// <param name="Pipeline">The pipeline.</param>
/// <param name="Operation">The command's id; <see langword="null"/> for the submission.</param>
/// <param name="Verb">What it was.</param>
public sealed record Acknowledgement(PipelineId Pipeline, Guid? Operation, string Verb);
