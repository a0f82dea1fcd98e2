using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;

namespace Continuity.ComfyUI.Client;

/// <summary>Reads a file of an instance to its full length, asking again for the rest when the connection breaks.</summary>
internal sealed class ResumingStream : Stream
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(300);

    private readonly ComfyHttp _http;
    private readonly string _path;
    private readonly ComfyClientOptions _options;
    private readonly TimeProvider _time;
    private HttpResponseMessage _response;
    private Stream? _body;
    private long _position;
    private int _retries;

    private ResumingStream(ComfyHttp http, string path, ComfyClientOptions options, TimeProvider time, HttpResponseMessage response, long length) =>
        (_http, _path, _options, _time, _response, Length) = (http, path, options, time, response, length);

    public override long Length { get; }

    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public static async Task<ResumingStream> OpenAsync(
        ComfyHttp http, string path, ComfyClientOptions options, TimeProvider time, CancellationToken cancellationToken)
    {
        var response = await AskAsync(http, path, range: null, options, cancellationToken);
        if (response.Content.Headers.ContentLength is { } length)
        {
            return new ResumingStream(http, path, options, time, response, length);
        }

        response.Dispose();
        throw http.Unexpected(path, "a file without its length");
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (_position < Length && buffer.Length > 0)
        {
            using var timer = new CancellationTokenSource(_options.DownloadIdleTimeout, _time);
            using var both = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellationToken);
            Exception? cause = null;
            try
            {
                _body ??= await _response.Content.ReadAsStreamAsync(both.Token);
                var read = await _body.ReadAsync(buffer, both.Token);
                _position += read;
                if (read > 0)
                {
                    return read;
                }
            }
            catch (Exception failure) when (!cancellationToken.IsCancellationRequested && failure is IOException or HttpRequestException or SocketException or OperationCanceledException)
            {
                cause = failure;
            }

            await ResumeAsync(cause, cancellationToken);
        }

        return 0;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Read this stream asynchronously.");

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _response.Dispose();
        }

        base.Dispose(disposing);
    }

    private async Task ResumeAsync(Exception? cause, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (++_retries > _options.TransferRetries)
            {
                throw new ComfyUnreachableException(
                    $"The download of a file from ComfyUI at {_http.Address} broke off {_retries} times, last at {_position:N0} of {Length:N0} bytes.", cause);
            }

            await Task.Delay(Pause * _retries, _time, cancellationToken);
            try
            {
                var response = await AskAsync(_http, _path, new RangeHeaderValue(_position, null), _options, cancellationToken);
                var isSame = response.StatusCode == HttpStatusCode.PartialContent
                    && response.Content.Headers.ContentRange is { } range && range.From == _position && range.Length == Length
                    && Equals(response.Headers.ETag, _response.Headers.ETag);
                if (!isSame)
                {
                    response.Dispose();
                    throw _http.Unexpected(_path, "another file than before the download broke off");
                }

                _response.Dispose();
                (_response, _body) = (response, null);
                return;
            }
            catch (ComfyUnreachableException failure)
            {
                cause = failure;
            }
        }
    }

    private static async Task<HttpResponseMessage> AskAsync(
        ComfyHttp http, string path, RangeHeaderValue? range, ComfyClientOptions options, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, http.At(path));
        request.Headers.Range = range;
        var response = await http.OpenAsync(request, options.DownloadIdleTimeout, cancellationToken);
        try
        {
            if (response.StatusCode is HttpStatusCode.NotFound)
            {
                throw new ComfyFileMissingException(
                    $"ComfyUI at {http.Address} no longer has the file that it saved. Something deleted it, or the prompt was answered from an old result.");
            }

            http.ThrowUnlessSuccess(response, path);
            return response;
        }
        catch (ComfyException)
        {
            response.Dispose();
            throw;
        }
    }
}
