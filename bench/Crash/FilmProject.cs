using System.Text;
using System.Text.Json.Nodes;

namespace Continuity.Bench.Crash;

/// <summary>A director's project to export while other things happen.</summary>
internal static class FilmProject
{
    public static Stream Of(int scenes, int shots) => new MemoryStream(Encoding.UTF8.GetBytes(new JsonObject
    {
        ["version"] = 1,
        ["scenes"] = new JsonArray([.. Enumerable.Range(0, scenes).Select(scene => new JsonObject
        {
            ["id"] = $"scene{scene}",
            ["title"] = $"Scene {scene}",
            ["timeline"] = new JsonObject
            {
                ["shots"] = new JsonArray([.. Enumerable.Range(0, shots).Select(shot => new JsonObject
                {
                    ["id"] = $"shot{scene}x{shot}",
                    ["description"] = $"Shot {shot} of scene {scene}: waves below a lighthouse",
                })]),
            },
        })]),
    }.ToJsonString()));
}
