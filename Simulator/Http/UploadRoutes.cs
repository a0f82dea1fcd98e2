using Continuity.Simulator.Hosting;
using Continuity.Simulator.Json;
using Continuity.Simulator.Storage;

namespace Continuity.Simulator.Http;

/// <summary>/upload/image and /upload/mask: any file, in the field "image".</summary>
internal static class UploadRoutes
{
    public static void MapUploads(this WebApplication app, ServerLife life)
    {
        app.MapPost("/upload/image", context => UploadAsync(context, life));
        app.MapPost("/upload/mask", context => UploadAsync(context, life));
    }

    private static async Task UploadAsync(HttpContext context, ServerLife life)
    {
        var body = await Bodies.ReadAsync(context, life.Options.MaxUploadSize);
        var form = await MultipartForm.ReadAsync(context.Request.ContentType, body);
        var type = form.Text("type") ?? "input";
        var folder = life.Folders.ByType(type) ?? throw new PythonException("UnboundLocalError", "upload_dir");
        if (form.Find("image") is not { } image)
        {
            Answers.Empty(context, StatusCodes.Status400BadRequest);
            return;
        }

        var fileName = image.FileName ?? throw new PythonException("AttributeError", "'str' object has no attribute 'file'");
        var subfolder = form.Text("subfolder") ?? "";
        var target = Path.GetFullPath(Path.Combine(folder, subfolder));
        var path = Path.GetFullPath(Path.Combine(target, fileName));
        if (fileName.Length == 0 || !DataFolders.IsInside(folder, path))
        {
            Answers.Empty(context, StatusCodes.Status400BadRequest);
            return;
        }

        Directory.CreateDirectory(target);
        var name = await SaveAsync(target, fileName, image.Bytes, form.Text("overwrite") is "true" or "1", context.RequestAborted);
        life.Statistics.Update(s => s with { Uploads = s.Uploads + 1, UploadedBytes = s.UploadedBytes + image.Bytes.Length });
        await Answers.JsonAsync(context, new PyDict { ["name"] = name, ["subfolder"] = subfolder, ["type"] = type });
    }

    /// <summary>Same name and same bytes keep the name; other bytes get a number.</summary>
    private static async Task<string> SaveAsync(string folder, string fileName, byte[] bytes, bool overwrite, CancellationToken cancellationToken)
    {
        var name = fileName;
        var path = Path.Combine(folder, name);
        for (var number = 1; !overwrite && File.Exists(path); number++)
        {
            if ((await File.ReadAllBytesAsync(path, cancellationToken)).AsSpan().SequenceEqual(bytes))
            {
                return name;
            }

            name = $"{fileName[..^Path.GetExtension(fileName).Length]} ({number}){Path.GetExtension(fileName)}";
            path = Path.Combine(folder, name);
        }

        await File.WriteAllBytesAsync(path, bytes, cancellationToken);
        return name;
    }
}
