using System.Net;

namespace Continuity.ComfyUI.Client;

/// <summary>
/// Brings files to an instance's input folder that it does not have. The instance is asked every time, which costs a thousandth of a second: what it had a moment ago a
/// person may have cleared away since, and nothing that was remembered can be wrong. Of several who bring the same file at once one sends it.
/// </summary>
internal sealed class InputFiles(ComfyHttp http, FileUploader uploader, ComfyClientOptions options)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Task> _underWay = new(StringComparer.Ordinal);

    public async Task<string> EnsureAsync(Func<CancellationToken, Task<Stream>> open, long size, string fileName, string subfolder, CancellationToken cancellationToken)
    {
        var (name, folder) = (FileUploader.SafeName(fileName), FileUploader.SafeFolder(subfolder));
        var path = folder.Length > 0 ? $"{folder}/{name}" : name;
        while (true)
        {
            var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            if (!TryBegin(path, ended.Task, out var other))
            {
                await other.WaitAsync(cancellationToken);
                continue;
            }

            try
            {
                if (await HoldsAsync(name, folder, size, cancellationToken))
                {
                    return path;
                }

                await using var content = await open(cancellationToken);
                return await uploader.UploadAsync(content, name, folder, cancellationToken);
            }
            finally
            {
                lock (_lock)
                {
                    _underWay.Remove(path);
                }

                ended.SetResult();
            }
        }
    }

    private bool TryBegin(string path, Task own, out Task underWay)
    {
        lock (_lock)
        {
            underWay = _underWay.GetValueOrDefault(path, own);
            return _underWay.TryAdd(path, own);
        }
    }

    // A file that an instance was writing when it died is there, too: with another length.
    private async Task<bool> HoldsAsync(string name, string folder, long size, CancellationToken cancellationToken)
    {
        var path = $"view?filename={Uri.EscapeDataString(name)}&subfolder={Uri.EscapeDataString(folder)}&type=input";
        using var request = new HttpRequestMessage(HttpMethod.Head, http.At(path));
        using var response = await http.OpenAsync(request, options.QueryTimeout, cancellationToken);
        return response.StatusCode is HttpStatusCode.OK && response.Content.Headers.ContentLength == size;
    }
}
