using System.Net;
using Continuity.Simulator.Hosting;
using Microsoft.AspNetCore.Connections;

namespace Continuity.Simulator.Http;

/// <summary>Puts the routes on Kestrel.</summary>
internal static class HttpHost
{
    public static WebApplication Build(ServerLife life, int port, Func<ConnectionDelegate, ConnectionContext, Task> track)
    {
        // An empty builder: the others watch the content root for changed settings, which here would be every picture that is written.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ContentRootPath = life.Folders.Root });
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton<IHostLifetime, EmbeddedLifetime>();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            // The server's own limits apply; and a reader that stalls must stall the server, not be cut off.
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Limits.MinResponseDataRate = null;
            kestrel.AddServerHeader = false;
            kestrel.Listen(life.Options.Address, port, listen => listen.Use(next => connection => track(next, connection)));
        });

        var app = builder.Build();
        app.Use(new RequestPipeline(life).InvokeAsync);
        app.UseWebSockets(new WebSocketOptions { KeepAliveInterval = Timeout.InfiniteTimeSpan });
        app.UseRouting();
        app.MapPrompt(life);
        app.MapQueue(life);
        app.MapHistory(life);
        app.MapUploads(life);
        app.MapView(life);
        app.MapInfo(life);
        app.MapSockets(life);
        app.MapControl(life);
        return app;
    }

    /// <summary>The process belongs to the host program: no handlers of signals here.</summary>
    private sealed class EmbeddedLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
