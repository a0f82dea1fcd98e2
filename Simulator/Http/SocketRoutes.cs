using Continuity.Simulator.Hosting;

namespace Continuity.Simulator.Http;

/// <summary>/ws.</summary>
internal static class SocketRoutes
{
    public static void MapSockets(this WebApplication app, ServerLife life) => app.MapGet("/ws", async (HttpContext context) =>
    {
        if (!context.WebSockets.IsWebSocketRequest)
        {
            const string Message = "No WebSocket UPGRADE hdr: None\n Can \"Upgrade\" only to \"WebSocket\".";
            await Answers.TextAsync(context, StatusCodes.Status400BadRequest, Message);
            return;
        }

        using var ended = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, life.Ended);
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        var clientId = context.Request.Query["clientId"].ToString();
        await life.Hub.ServeAsync(socket, clientId, life.Queue.ExecInfo, () => InfoRoutes.Features(life), ended.Token);
    });
}
