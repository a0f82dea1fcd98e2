using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace Continuity.ComfyUI.Client;

/// <summary>HTTP calls to one instance, with time limits, and with every failure told as one of our exceptions.</summary>
internal sealed class ComfyHttp(HttpClient http, Uri address, TimeProvider time)
{
    public Uri Address => address;

    public async Task<JsonElement> GetJsonAsync(string path, TimeSpan limit, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, At(path));
        var (response, body) = await SendAndReadAsync(request, limit, cancellationToken);
        using (response)
        {
            ThrowUnlessSuccess(response, path);
            return ParseJson(body, path);
        }
    }

    public async Task PostJsonAsync(string path, byte[] json, TimeSpan limit, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, At(path)) { Content = JsonContent(json) };
        var (response, _) = await SendAndReadAsync(request, limit, cancellationToken);
        using (response)
        {
            ThrowUnlessSuccess(response, path);
        }
    }

    /// <summary>Sends a request and reads its whole answer, whatever its status.</summary>
    public async Task<(HttpResponseMessage Response, byte[] Body)> SendAndReadAsync(HttpRequestMessage request, TimeSpan limit, CancellationToken cancellationToken)
    {
        using var timer = new CancellationTokenSource(limit, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellationToken);
        try
        {
            var response = await http.SendAsync(request, HttpCompletionOption.ResponseContentRead, both.Token);
            return (response, await response.Content.ReadAsByteArrayAsync(both.Token));
        }
        catch (Exception failure) when (IsConnectionFailure(failure) && !cancellationToken.IsCancellationRequested)
        {
            throw Unreachable(failure, request, limit);
        }
    }

    /// <summary>Sends a request and reads the head of its answer; the limit does not cover the body.</summary>
    public async Task<HttpResponseMessage> OpenAsync(HttpRequestMessage request, TimeSpan limit, CancellationToken cancellationToken)
    {
        using var timer = new CancellationTokenSource(limit, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellationToken);
        try
        {
            return await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, both.Token);
        }
        catch (Exception failure) when (IsConnectionFailure(failure) && !cancellationToken.IsCancellationRequested)
        {
            throw Unreachable(failure, request, limit);
        }
    }

    public Uri At(string path) => new(address, path);

    public static ByteArrayContent JsonContent(byte[] json)
    {
        var content = new ByteArrayContent(json);
        content.Headers.ContentType = new("application/json");
        return content;
    }

    public JsonElement ParseJson(byte[] body, string path)
    {
        try
        {
            using var document = PythonJson.Parse(body);
            return document.RootElement.Clone();
        }
        catch (JsonException failure)
        {
            throw Unexpected(path, "something that is not JSON", failure);
        }
    }

    public ComfyProtocolException Unexpected(string path, string found, Exception? cause = null) =>
        new($"Expected ComfyUI's answer to /{Plain(path)} at {address}, found {found}. Check that the address is that of a ComfyUI server.", cause);

    public void ThrowUnlessSuccess(HttpResponseMessage response, string path)
    {
        if (response.IsSuccessStatusCode)
        {
            return;
        }

        throw (int)response.StatusCode >= 500
            ? new ComfyUnreachableException($"ComfyUI at {address} answered /{Plain(path)} with {(int)response.StatusCode} {response.ReasonPhrase}. Look at its log.")
            : response.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden
                ? new ComfyProtocolException(
                    $"ComfyUI at {address} refuses access ({(int)response.StatusCode}). Remove the login in front of it for this machine, or give an address without one.")
                : Unexpected(path, $"the status {(int)response.StatusCode} {response.ReasonPhrase}");
    }

    private static string Plain(string path) => path.Split('?', 2)[0];

    // A connection that is reset in the moment in which it is made shows as a bare socket error.
    private static bool IsConnectionFailure(Exception failure) => failure is OperationCanceledException or HttpRequestException or IOException or SocketException;

    private ComfyUnreachableException Unreachable(Exception failure, HttpRequestMessage request, TimeSpan limit) => failure is OperationCanceledException
        ? new($"ComfyUI at {address} did not answer /{PathOf(request)} within {limit.TotalSeconds:0.#} s. Check that it runs and is not overloaded.", failure)
        : new($"ComfyUI at {address} cannot be reached: {failure.Message.TrimEnd('.')}. Check that it runs and listens on that address.", failure);

    private string PathOf(HttpRequestMessage request) => request.RequestUri is { } uri ? address.MakeRelativeUri(uri).ToString().Split('?', 2)[0] : "";
}
