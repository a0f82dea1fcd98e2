using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;

using Continuity.Artifacts;
using Continuity.Grains.Artifacts;
using Continuity.Grains.Media;
using Continuity.Profiles;
using Continuity.Tasks;

namespace Continuity.Grains.Tasks;

/// <summary>Looks up the inputs of a task: values, stored files, outputs of other tasks, and last frames of their clips.</summary>
internal sealed class InputResolver(IArtifactStore artifacts, FrameExtractor frames, MediaFacts facts, CpuSlots cpuSlots)
{
    /// <summary>Resolves all inputs of a task.</summary>
    /// <exception cref="AttemptFault">One cannot be had.</exception>
    /// <exception cref="ArtifactStoreException">The storage as a whole does not do what it should.</exception>
    /// <exception cref="MediaUnavailableException">This machine cannot look into a clip at present.</exception>
    public async Task<ResolvedInputs> ResolveAsync(TaskAssignment assignment, CancellationToken cancellationToken)
    {
        var values = ImmutableDictionary.CreateBuilder<string, JsonNode>(StringComparer.Ordinal);
        var files = ImmutableDictionary.CreateBuilder<string, ArtifactRef>(StringComparer.Ordinal);
        var metadata = ImmutableDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var (name, input) in assignment.Task.Inputs)
        {
            if (input is TaskInput.Literal literal)
            {
                values[name] = JsonNode.Parse(literal.Json) ?? throw Invalid($"Input '{name}' of '{assignment.Task.Label}' is null; give a value or leave it out.");
            }
            else
            {
                files[name] = await ResolveFileAsync(assignment, name, input, metadata, cancellationToken);
            }
        }

        if (assignment.SeedOverride is { } seed)
        {
            values[InputNames.Seed] = JsonValue.Create(seed);
        }

        await DeriveFromClipAsync(assignment, values, files, cancellationToken);
        return new ResolvedInputs(values.ToImmutable(), files.ToImmutable(), metadata.ToImmutable());
    }

    private async Task<ArtifactRef> ResolveFileAsync(
        TaskAssignment assignment,
        string name,
        TaskInput input,
        ImmutableDictionary<string, string>.Builder metadata,
        CancellationToken cancellationToken)
    {
        var choices = input is TaskInput.FirstOf first ? first.Choices : [input];
        var refusals = new List<string>();
        foreach (var choice in choices)
        {
            try
            {
                var file = await ResolveChoiceAsync(assignment, choice, cancellationToken);
                if (name == InputNames.StartImage)
                {
                    DescribeStart(choice, choices, refusals, metadata);
                }

                return file;
            }
            catch (MediaKilledException exception)
            {
                throw new AttemptFault(new TaskFault(FaultClass.Media, exception.Message));
            }
            catch (Exception exception) when (exception is MediaException or AttemptFault or ArtifactStoreException { IsAboutOneArtifact: true } && exception is not MediaUnavailableException)
            {
                // A storage or a machine in trouble must not make the choice: it would be another clip.
                refusals.Add(exception.Message);
            }
        }

        throw new AttemptFault(new TaskFault(FaultClass.Media, $"Input '{name}' of '{assignment.Task.Label}' cannot be had: {string.Join(" ", refusals)}"));
    }

    private async Task<ArtifactRef> ResolveChoiceAsync(TaskAssignment assignment, TaskInput choice, CancellationToken cancellationToken)
    {
        switch (choice)
        {
            case TaskInput.Stored stored:
                return stored.Artifact;

            case TaskInput.FromTask from:
                var output = assignment.Dependencies.GetValueOrDefault(from.TaskId)?.Find(from.Output, from.Index)
                    ?? throw Invalid($"Task '{from.TaskId}' made no {from.Output.ToString().ToLowerInvariant()} number {from.Index + 1}.");
                return from.Output == TaskOutputKind.LastFrame ? await LastFrameAsync(output.Artifact, cancellationToken) : output.Artifact;

            default:
                throw Invalid("A file input must name a stored file or another task's output.");
        }
    }

    private async Task<ArtifactRef> LastFrameAsync(ArtifactRef clip, CancellationToken cancellationToken)
    {
        using var slot = await cpuSlots.EnterAsync(cancellationToken);
        await using var file = await artifacts.GetLocalPathAsync(clip, cancellationToken);
        await using var frame = await frames.ExtractLastFrameAsync(file.Path, cancellationToken);
        await using var content = File.OpenRead(frame.Path);
        return await artifacts.PutAsync(content, "image/png", cancellationToken);
    }

    // What follows from the source clip: the size of an enlarged one; and the rate of an interpolated one, which plays as long as its source only when its frame
    // rate grows with its frames.
    private async Task DeriveFromClipAsync(
        TaskAssignment assignment,
        ImmutableDictionary<string, JsonNode>.Builder values,
        ImmutableDictionary<string, ArtifactRef>.Builder files,
        CancellationToken cancellationToken)
    {
        if (assignment.Profile is not { } profile || !files.TryGetValue(InputNames.InputVideo, out var clip))
        {
            return;
        }

        if (assignment.Task.Kind == TaskKind.InterpolateVideo && Open(InputNames.Fps))
        {
            var info = await ProbeAsync(clip, cancellationToken);
            values[InputNames.Fps] = JsonValue.Create(Math.Round(info.FrameRate.Value * Factor(InputNames.Multiplier), 3));
        }

        if (assignment.Task.Kind == TaskKind.UpscaleVideo && Open(InputNames.Width) && Open(InputNames.Height))
        {
            var info = await ProbeAsync(clip, cancellationToken);
            values[InputNames.Width] = JsonValue.Create(Even(info.Width * Factor(InputNames.Scale)));
            values[InputNames.Height] = JsonValue.Create(Even(info.Height * Factor(InputNames.Scale)));
            if (!profile.Takes(InputNames.Scale))
            {
                values.Remove(InputNames.Scale);
            }
        }

        bool Open(string name) => profile.Takes(name) && !values.ContainsKey(name);

        double Factor(string name) => Number(values.GetValueOrDefault(name))
            ?? (profile.Defaults.TryGetValue(name, out var preset) ? Number(JsonNode.Parse(preset)) : null)
            ?? 2;

        // Video codecs want even sizes.
        static int Even(double size) => Math.Max(2, (int)Math.Round(size / 2) * 2);
    }

    private async Task<MediaInfo> ProbeAsync(ArtifactRef clip, CancellationToken cancellationToken)
    {
        try
        {
            return await facts.OfAsync(clip, cancellationToken);
        }
        catch (Exception exception) when (exception is MediaException or ArtifactStoreException { IsAboutOneArtifact: true } && exception is not MediaUnavailableException)
        {
            throw new AttemptFault(new TaskFault(FaultClass.Media, $"The source clip cannot be read: {exception.Message}"));
        }
    }

    private static double? Number(JsonNode? node) =>
        double.TryParse(node?.ToString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static void DescribeStart(
        TaskInput used,
        ImmutableArray<TaskInput> choices,
        List<string> refusals,
        ImmutableDictionary<string, string>.Builder metadata)
    {
        var chained = choices.Any(choice => choice is TaskInput.FromTask { Output: TaskOutputKind.LastFrame });
        metadata["flf2vEnabled"] = chained ? "true" : "false";
        if (chained)
        {
            metadata["flf2vSource"] = used is TaskInput.FromTask { Output: TaskOutputKind.LastFrame } ? "last-frame" : "keyframe";
            metadata["flf2vFallback"] = refusals.Count > 0 ? "true" : "false";
        }

        if (refusals.Count > 0)
        {
            metadata["flf2vFallbackReason"] = string.Join(" ", refusals);
        }
    }

    private static AttemptFault Invalid(string message) => new(new TaskFault(FaultClass.Validation, message));
}
