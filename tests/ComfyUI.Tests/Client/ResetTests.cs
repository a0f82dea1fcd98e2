using System.Net.Sockets;

using Continuity.ComfyUI.Client;

using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Continuity.ComfyUI.Tests.Client;

public sealed class ResetTests
{
    [Fact]
    public async Task AConnectionThatIsResetWhileItIsMadeCountsAsOutOfReach()
    {
        await using var connections = new ComfyConnections(
            Options.Create(new ComfyClientOptions()), TimeProvider.System, NullLogger<ComfyClient>.Instance, _ => new Resetting());

        var failure = await Assert.ThrowsAsync<ComfyUnreachableException>(() => connections.Get(new Uri("http://127.0.0.1:8188")).GetSystemStatsAsync(CancellationToken.None));

        Assert.Contains("cannot be reached", failure.Message, StringComparison.Ordinal);
    }

    private sealed class Resetting : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => throw new SocketException((int)SocketError.NotConnected);
    }
}
