using Continuity.Simulator.Gpu;
using Continuity.Simulator.Hosting;
using Continuity.Simulator.Json;

namespace Continuity.Simulator.Http;

/// <summary>What the server is and has: node classes, models, statistics.</summary>
internal static class InfoRoutes
{
    private const long RamTotal = 64L << 30;

    public static void MapInfo(this WebApplication app, ServerLife life)
    {
        app.MapGet("/", (HttpContext context) => Answers.TextAsync(context, StatusCodes.Status200OK, "ComfyUI (simulated)"));
        app.MapGet("/object_info", (HttpContext context) => Answers.JsonAsync(context, life.Catalog.Describe()));
        app.MapGet("/object_info/{name}", (HttpContext context, string name) => Answers.JsonAsync(context, life.Catalog.Describe(name)));
        app.MapGet("/features", (HttpContext context) => Answers.JsonAsync(context, Features(life)));
        app.MapGet("/system_stats", (HttpContext context) => Answers.JsonAsync(context, Stats(life)));
        app.MapGet("/models", (HttpContext context) => Answers.JsonAsync(context, StandardModels.Folders));
        app.MapGet("/models/{folder}", (HttpContext context, string folder) => ModelsAsync(context, life, folder));
        app.MapGet("/embeddings", (HttpContext context) => Answers.JsonAsync(
            context, life.Options.Models.TryGetValue("embeddings", out var files) ? files.Select(Path.GetFileNameWithoutExtension).ToList() : []));
        app.MapGet("/extensions", (HttpContext context) => Answers.JsonAsync(context, new List<object?>()));
        app.MapGet("/users", (HttpContext context) => Answers.JsonAsync(context, new PyDict { ["storage"] = "server", ["migrated"] = false }));
    }

    public static PyDict Features(ServerLife life) =>
        new() { ["supports_preview_metadata"] = true, ["max_upload_size"] = life.Options.MaxUploadSize };

    private static Task ModelsAsync(HttpContext context, ServerLife life, string folder)
    {
        if (life.Options.Models.TryGetValue(folder, out var files))
        {
            return Answers.JsonAsync(context, files.Order(StringComparer.Ordinal).ToList());
        }

        Answers.Empty(context, StatusCodes.Status404NotFound);
        return Task.CompletedTask;
    }

    private static PyDict Stats(ServerLife life)
    {
        var used = life.Memory.Used;
        return new PyDict
        {
            ["system"] = new PyDict
            {
                ["os"] = "posix",
                ["ram_total"] = RamTotal,
                ["ram_free"] = RamTotal - (RamTotal / 8),
                ["comfyui_version"] = "0.3.64",
                ["required_frontend_version"] = "1.27.10",
                ["installed_templates_version"] = "0.1.95",
                ["required_templates_version"] = "0.1.95",
                ["python_version"] = "3.11.2 (main, Apr 28 2025, 14:11:48) [GCC 12.2.0]",
                ["pytorch_version"] = "2.8.0+cu128",
                ["embedded_python"] = false,
                ["argv"] = new List<object?> { "main.py", "--listen", "127.0.0.1" },
            },
            ["devices"] = new List<object?>
            {
                new PyDict
                {
                    ["name"] = $"cuda:0 {life.Options.GpuName} : cudaMallocAsync",
                    ["type"] = "cuda",
                    ["index"] = 0L,
                    ["vram_total"] = life.Options.VramTotal,
                    ["vram_free"] = Math.Max(0, life.Options.VramTotal - used),
                    ["torch_vram_total"] = used,
                    ["torch_vram_free"] = 0L,
                },
            },
        };
    }
}
