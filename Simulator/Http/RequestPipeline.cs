using Continuity.Simulator.Hosting;

namespace Continuity.Simulator.Http;

/// <summary>What happens to every request: faults, the origin check, the /api twin of each route, and aiohttp's words for errors.</summary>
internal sealed class RequestPipeline(ServerLife life)
{
    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        if (context.Request.Path.StartsWithSegments("/api", StringComparison.Ordinal, out var rest) && rest.HasValue)
        {
            context.Request.Path = rest;
        }

        if (context.Request.Path.StartsWithSegments("/_sim", StringComparison.Ordinal))
        {
            await next(context);
            return;
        }

        life.Statistics.Update(s => s with { Requests = s.Requests + 1 });
        try
        {
            await ServeAsync(context, next);
        }
        catch (BodyTooLargeException e) when (!context.Response.HasStarted)
        {
            var text = $"Maximum request body size {life.Options.MaxUploadSize} exceeded, actual body size {e.Size}";
            await Answers.TextAsync(context, StatusCodes.Status413PayloadTooLarge, text);
        }
        catch (Exception) when (!context.Response.HasStarted && !context.RequestAborted.IsCancellationRequested)
        {
            // Whatever a handler did not expect is a 500 with these words, as in aiohttp.
            await Answers.ServerErrorAsync(context);
        }
    }

    private async Task ServeAsync(HttpContext context, RequestDelegate next)
    {
        if (!OriginCheck.IsAllowed(context.Request))
        {
            Answers.Empty(context, StatusCodes.Status403Forbidden);
            return;
        }

        var path = context.Request.Path.Value ?? "/";
        if (life.Options.Faults.HttpDelays.TryGetValue(path, out var delay) && delay > TimeSpan.Zero)
        {
            await Task.Delay(delay, life.Options.TimeProvider, context.RequestAborted);
        }

        if (SimulatorFaults.Take(life.Options.Faults.HttpErrors, path) || life.Gate.Chance(life.Options.Faults.HttpErrorRate))
        {
            await Answers.ServerErrorAsync(context);
            return;
        }

        await next(context);
        if (!context.Response.HasStarted && context.Response.StatusCode == StatusCodes.Status405MethodNotAllowed)
        {
            await Answers.TextAsync(context, StatusCodes.Status405MethodNotAllowed, "405: Method Not Allowed");
        }
        else if (!context.Response.HasStarted && context.Response.StatusCode == StatusCodes.Status404NotFound && context.GetEndpoint() is null)
        {
            await Answers.TextAsync(context, StatusCodes.Status404NotFound, "404: Not Found");
        }
    }
}
