using System.Net;
using System.Net.Sockets;

namespace Continuity.Grains.Tests.Faults;

/// <summary>Lets a request to a ComfyUI go wrong. Its kind is its method and the first part of its path, such as <c>POST prompt</c>.</summary>
internal sealed class NthCallHandler(NthCallFault fault, HttpMessageHandler inner) : DelegatingHandler(inner)
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        switch (fault.Next($"{request.Method} {request.RequestUri!.Segments[1].TrimEnd('/')}"))
        {
            case CallFault.Refused:
                throw new HttpRequestException(HttpRequestError.ConnectionError, "Connection refused", new SocketException((int)SocketError.ConnectionRefused));

            case CallFault.ServerError:
                return new HttpResponseMessage(HttpStatusCode.InternalServerError) { RequestMessage = request, Content = new StringContent("500 Internal Server Error") };

            case CallFault.AnswerLost:
                using (await base.SendAsync(request, cancellationToken))
                {
                    throw new HttpRequestException(HttpRequestError.ResponseEnded, "The response ended prematurely");
                }

            default:
                return await base.SendAsync(request, cancellationToken);
        }
    }
}
