using System.Globalization;
using System.Text;
using Continuity.Simulator.Hosting;
using Continuity.Simulator.Storage;
using Microsoft.AspNetCore.StaticFiles;
using Microsoft.Net.Http.Headers;

namespace Continuity.Simulator.Http;

/// <summary>/view: files of the three folders, with ranges and entity tags.</summary>
internal static class ViewRoutes
{
    private static readonly FileExtensionContentTypeProvider ContentTypes = new();

    public static void MapView(this WebApplication app, ServerLife life) =>
        app.MapMethods("/view", [HttpMethods.Get, HttpMethods.Head], context => ViewAsync(context, life));

    private static async Task ViewAsync(HttpContext context, ServerLife life)
    {
        var status = Resolve(context.Request.Query, life.Folders, out var path);
        if (status != StatusCodes.Status200OK)
        {
            Answers.Empty(context, status);
            return;
        }

        var file = new FileInfo(path);
        var name = Path.GetFileName(path);
        var nanoseconds = (file.LastWriteTimeUtc - DateTime.UnixEpoch).Ticks * 100;
        var tag = new EntityTagHeaderValue(string.Create(CultureInfo.InvariantCulture, $"\"{nanoseconds:x}-{file.Length:x}\""));
        context.Response.Headers.ContentDisposition = $"filename=\"{(Ascii.IsValid(name) ? name : Uri.EscapeDataString(name))}\"";
        life.Statistics.Update(s => s with { Views = s.Views + 1 });
        if (ViewedPicture.IsWanted(context.Request.Query))
        {
            var (bytes, kind) = ViewedPicture.Make(path, context.Request.Query);
            await Results.Bytes(bytes, kind).ExecuteAsync(context);
            return;
        }

        var type = ContentTypes.TryGetContentType(name, out var known) && !known.StartsWith("text/", StringComparison.Ordinal)
            ? known
            : "application/octet-stream";
        await Results.File(path, type, lastModified: new DateTimeOffset(file.LastWriteTimeUtc), entityTag: tag, enableRangeProcessing: true).ExecuteAsync(context);
    }

    private static int Resolve(IQueryCollection query, DataFolders folders, out string path)
    {
        path = "";
        if (!query.TryGetValue("filename", out var given))
        {
            return StatusCodes.Status404NotFound;
        }

        var (name, folder) = folders.SplitAnnotation(given.ToString());
        if (name.Length == 0 || name.StartsWith('/') || name.Contains("..", StringComparison.Ordinal))
        {
            return StatusCodes.Status400BadRequest;
        }

        folder ??= folders.ByType(query.TryGetValue("type", out var type) ? type.ToString() : "output");
        if (folder is null)
        {
            return StatusCodes.Status400BadRequest;
        }

        var root = folder;
        folder = Path.GetFullPath(Path.Combine(root, query["subfolder"].ToString()));
        if (!DataFolders.IsInside(root, folder))
        {
            return StatusCodes.Status403Forbidden;
        }

        path = Path.Combine(folder, Path.GetFileName(name));
        return File.Exists(path) ? StatusCodes.Status200OK : StatusCodes.Status404NotFound;
    }
}
