using System.Text;
using Continuity.Simulator.Json;

namespace Continuity.Simulator.Http;

/// <summary>Answers as aiohttp writes them.</summary>
internal static class Answers
{
    public static Task JsonAsync(HttpContext context, object? value, int status = StatusCodes.Status200OK) =>
        WriteAsync(context, status, "application/json; charset=utf-8", PyJson.Write(value));

    public static Task RawJsonAsync(HttpContext context, string json) =>
        WriteAsync(context, StatusCodes.Status200OK, "application/json; charset=utf-8", json);

    public static Task TextAsync(HttpContext context, int status, string text) => WriteAsync(context, status, "text/plain; charset=utf-8", text);

    public static Task ServerErrorAsync(HttpContext context) =>
        TextAsync(context, StatusCodes.Status500InternalServerError, "500 Internal Server Error\n\nServer got itself in trouble");

    public static void Empty(HttpContext context, int status = StatusCodes.Status200OK)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/octet-stream";
        context.Response.ContentLength = 0;
    }

    private static async Task WriteAsync(HttpContext context, int status, string type, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        context.Response.StatusCode = status;
        context.Response.ContentType = type;
        context.Response.ContentLength = bytes.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await context.Response.Body.WriteAsync(bytes, context.RequestAborted);
        }
    }
}
