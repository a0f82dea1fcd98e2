using System.Text.Json.Nodes;

namespace Continuity.Cluster.Tests.Films;

/// <summary>A small but complete project, and profiles that draft it: two scenes of two shots, one with a dissolve, one chained.</summary>
internal sealed record Story(string ProjectPath, string ProfilesPath)
{
    /// <summary>Sampling steps of the draft profiles.</summary>
    public const int Steps = 6;

    /// <summary>A keyframe, a clip and an upscaled clip for each of four shots.</summary>
    public const int GpuTasks = 12;

    /// <summary>Those, two scenes and the film.</summary>
    public const int Tasks = 15;

    /// <summary>Every task starts and ends.</summary>
    public const int Changes = 2 * Tasks;

    /// <summary>Length of a shot: 4k + 1 frames, as the video models make them.</summary>
    public const int Frames = 25;

    /// <summary>Length of the dissolve: half a second at the 24 frames a second of the video profiles.</summary>
    public const int DissolveFrames = 12;

    private const string Project = """
        {
          "version": 1,
          "storyBible": { "logline": "A lamp that must not go out." },
          "directorsVision": "plain",
          "scenes": [
            {
              "id": "s1", "title": "Harbour",
              "timeline": {
                "shots": [
                  { "id": "a", "title": "Quay", "description": "A grey quay at dawn." },
                  { "id": "b", "title": "Boat", "description": "A red boat at night." }
                ],
                "transitions": [ "Dissolve" ]
              }
            },
            {
              "id": "s2", "title": "Tower", "metadata": { "chain": true },
              "timeline": {
                "shots": [
                  { "id": "c", "title": "Stairs", "description": "Stairs in a tower." },
                  { "id": "d", "title": "Lamp", "description": "A bright lamp at noon." }
                ]
              }
            }
          ]
        }
        """;

    public static async Task<Story> WriteAsync(string folder)
    {
        var story = new Story(Path.Combine(folder, "story.json"), Path.Combine(folder, "profiles"));
        await File.WriteAllTextAsync(story.ProjectPath, Project);
        foreach (var profile in Directory.GetDirectories(Path.Combine(AppContext.BaseDirectory, "profiles")))
        {
            var target = Directory.CreateDirectory(Path.Combine(story.ProfilesPath, Path.GetFileName(profile))).FullName;
            File.Copy(Path.Combine(profile, "profile.json"), Path.Combine(target, "profile.json"));
            var workflow = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(profile, "workflow.json")))!;
            Shorten(workflow);
            await File.WriteAllTextAsync(Path.Combine(target, "workflow.json"), workflow.ToJsonString());
        }

        return story;
    }

    private static void Shorten(JsonNode workflow)
    {
        foreach (var inputs in workflow.AsObject().Select(node => node.Value?["inputs"]).OfType<JsonObject>())
        {
            foreach (var (name, value) in ((string, int)[])[("steps", Steps), ("length", Frames)])
            {
                if (inputs[name] is JsonValue)
                {
                    inputs[name] = value;
                }
            }
        }
    }
}
