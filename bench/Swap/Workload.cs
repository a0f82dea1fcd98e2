using System.Collections.Immutable;
using System.Text.Json.Nodes;

using Continuity.ComfyUI.Workflows;
using Continuity.Pipelines;
using Continuity.Profiles;
using Continuity.Tasks;

namespace Continuity.Bench.Swap;

/// <summary>Requests for pictures, each by one of three models of which a GPU holds one at a time.</summary>
/// <param name="Name">What a reader knows it by.</param>
/// <param name="Models">A letter for each request, in order.</param>
/// <param name="Pause">How long the client looks at each picture before it asks for the next; <see langword="null"/> when it asks for all at once.</param>
internal sealed record Workload(string Name, string Models, TimeSpan? Pause)
{
    /// <summary>What is in all GPUs at the start.</summary>
    public const char Loaded = 'A';

    private const string Model = "model";

    private static readonly WorkflowProfile Profile = new()
    {
        Id = "picture",
        Label = "A picture",
        WorkflowJson = """
            {
              "1": { "class_type": "CheckpointLoaderSimple", "inputs": { "ckpt_name": "A.safetensors" } },
              "2": { "class_type": "CLIPTextEncode", "inputs": { "text": "a lighthouse", "clip": ["1", 1] } },
              "3": { "class_type": "EmptyLatentImage", "inputs": { "width": 512, "height": 512, "batch_size": 1 } },
              "4": { "class_type": "KSampler", "inputs": { "model": ["1", 0], "positive": ["2", 0], "negative": ["2", 0], "latent_image": ["3", 0], "seed": 0, "steps": 5, "cfg": 7, "sampler_name": "euler", "scheduler": "normal", "denoise": 1 } },
              "5": { "class_type": "VAEDecode", "inputs": { "samples": ["4", 0], "vae": ["1", 2] } },
              "6": { "class_type": "SaveImage", "inputs": { "images": ["5", 0], "filename_prefix": "picture" } }
            }
            """,
        Inputs = ImmutableDictionary<string, ImmutableArray<string>>.Empty.Add(Model, ["1:ckpt_name"]).Add(InputNames.Seed, ["4:seed"]),
    };

    /// <summary>The patterns with which other dispatchers were measured in front of a real ComfyUI.</summary>
    public static ImmutableArray<Workload> All { get; } =
    [
        new("A,B,A,B serial x10", "ABABABABAB", TimeSpan.FromSeconds(0.25)),
        new("A,B,A,B burst of 20", "ABABABABABABABABABAB", Pause: null),
        new("random burst of 20 of A,B,C", "BABCAACABCACAAABBAAA", Pause: null),
        new("20 x A burst", "AAAAAAAAAAAAAAAAAAAA", Pause: null),
    ];

    /// <summary>What the simulators are told, so that a picture takes 0.6 s, a load 2 s, and one model fits.</summary>
    public static ImmutableArray<string> SimulatorOptions { get; } =
    [
        "--tiny-media", "--step-time", "0.1", "--frame-time", "0.1", "--load-time", "2", "--vram", "7G", "--turn-time", "0.0007",
        "--model", "checkpoints/A.safetensors", "--model", "checkpoints/B.safetensors", "--model", "checkpoints/C.safetensors",
    ];

    /// <summary>The prompt of one request.</summary>
    public static JsonObject Prompt(char model, string id) => PromptBuilder.Build(
        Profile,
        new Dictionary<string, JsonNode>(StringComparer.Ordinal) { [Model] = JsonValue.Create(File(model)) },
        Random.Shared.NextInt64(1L << 40),
        id).Graph;

    /// <summary>Some requests as a pipeline of tasks that do not depend on each other.</summary>
    public static PipelineDefinition Pipeline(string models) => new()
    {
        Id = PipelineId.New(),
        Name = models,
        Profiles = [Profile],
        Tasks =
        [
            .. models.Select((model, i) => new TaskDefinition
            {
                Id = $"r{i:00}",
                Kind = TaskKind.Generic,
                Label = $"Request {i + 1} of {model}",
                ProfileId = Profile.Id,
                Inputs = ImmutableDictionary<string, TaskInput>.Empty.Add(Model, new TaskInput.Literal($"\"{File(model)}\"")),
            }),
        ],
    };

    private static string File(char model) => $"{model}.safetensors";
}
