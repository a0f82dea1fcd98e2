using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;

using Continuity.Pipelines;
using Continuity.Profiles;
using Continuity.Tasks;

namespace Continuity.Chaos.Pipelines;

/// <summary>
/// Pipelines to be hurt: chains of small pictures, each but the first made from the one before, which is fetched, stored and sent again on the way. All run on
/// every simulated GPU.
/// </summary>
/// <param name="Chains">Chains side by side.</param>
/// <param name="Length">Tasks of a chain.</param>
/// <param name="Seconds">GPU time of a task.</param>
public sealed record ChainPlan(int Chains, int Length, double Seconds)
{
    /// <summary>The node in which the GPU time passes: faults hang, fail and crash there.</summary>
    public const string WorkNode = "TestSleep";

    /// <summary>The node that saves the picture.</summary>
    public const string SaveNode = "SaveImage";

    private const int Steps = 6;
    private const string Draw = "chaos-draw";
    private const string Redraw = "chaos-redraw";

    private static readonly WorkflowProfile DrawProfile = new()
    {
        Id = Draw,
        Label = "A plain picture",
        WorkflowJson = $$"""
            {
              "1": { "class_type": "EmptyImage", "inputs": { "width": 32, "height": 24, "batch_size": 1, "color": 0 } },
              "2": { "class_type": "{{WorkNode}}", "inputs": { "image": ["1", 0], "seconds": 0.1, "steps": {{Steps}}, "previews": false, "seed": 0 } },
              "3": { "class_type": "{{SaveNode}}", "inputs": { "images": ["2", 0], "filename_prefix": "draw" } }
            }
            """,
        Inputs = Places(("color", "1:color"), ("seconds", "2:seconds"), ("seed", "2:seed")),
    };

    private static readonly WorkflowProfile RedrawProfile = new()
    {
        Id = Redraw,
        Label = "The negative of a picture",
        WorkflowJson = $$"""
            {
              "1": { "class_type": "LoadImage", "inputs": { "image": "picture.png" } },
              "2": { "class_type": "ImageInvert", "inputs": { "image": ["1", 0] } },
              "3": { "class_type": "{{WorkNode}}", "inputs": { "image": ["2", 0], "seconds": 0.1, "steps": {{Steps}}, "previews": false, "seed": 0 } },
              "4": { "class_type": "{{SaveNode}}", "inputs": { "images": ["3", 0], "filename_prefix": "redraw" } }
            }
            """,
        Inputs = Places(("startImage", "1:image"), ("seconds", "3:seconds"), ("seed", "3:seed")),
    };

    /// <summary>Tasks in all.</summary>
    public int Tasks => Chains * Length;

    /// <summary>Makes a pipeline.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="seed">Makes its pictures differ from those of other pipelines.</param>
    public PipelineDefinition Make(PipelineId id, int seed) => new()
    {
        Id = id,
        Name = $"{Chains} chains of {Length}",
        Tasks = [.. Enumerable.Range(0, Chains).SelectMany(chain => Enumerable.Range(0, Length).Select(step => Task(chain, step, seed)))],
        Profiles = Length > 1 ? [DrawProfile, RedrawProfile] : [DrawProfile],
    };

    private TaskDefinition Task(int chain, int step, int seed)
    {
        var unique = (seed * 1_000_003L) + (chain * 1_000) + step;
        var inputs = ImmutableDictionary.CreateBuilder<string, TaskInput>(StringComparer.Ordinal);
        inputs["seconds"] = Number(Seconds);
        inputs["seed"] = new TaskInput.Literal((unique & int.MaxValue).ToString(CultureInfo.InvariantCulture));
        inputs[step == 0 ? "color" : "startImage"] = step == 0
            ? new TaskInput.Literal((unique & 0xffffff).ToString(CultureInfo.InvariantCulture))
            : new TaskInput.FromTask(Name(chain, step - 1), TaskOutputKind.Image);
        return new TaskDefinition
        {
            Id = Name(chain, step),
            Kind = TaskKind.Generic,
            Label = $"Chain {chain + 1}, picture {step + 1}",
            Dependencies = step == 0 ? [] : [Name(chain, step - 1)],
            ProfileId = step == 0 ? Draw : Redraw,
            MaxRetries = 3,
            Inputs = inputs.ToImmutable(),
        };
    }

    private static string Name(int chain, int step) => $"c{chain}-s{step}";

    private static TaskInput.Literal Number(double value) => new(JsonSerializer.Serialize(value));

    private static ImmutableDictionary<string, ImmutableArray<string>> Places(params (string Name, string Place)[] inputs) =>
        inputs.ToImmutableDictionary(input => input.Name, input => ImmutableArray.Create(input.Place), StringComparer.Ordinal);
}
