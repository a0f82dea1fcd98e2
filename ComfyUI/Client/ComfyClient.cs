using System.Collections.Immutable;
using System.Text.Json;

using Microsoft.Extensions.Logging;

namespace Continuity.ComfyUI.Client;

/// <summary>Speaks to one ComfyUI instance over HTTP and WebSocket.</summary>
public sealed class ComfyClient : IComfyClient, IAsyncDisposable
{
    private readonly ComfyClientOptions _options;
    private readonly TimeProvider _time;
    private readonly ComfyHttp _http;
    private readonly ComfySocket _socket;
    private readonly PromptTrackers _trackers;
    private readonly PromptLookup _lookup;
    private readonly PromptCanceller _canceller;
    private readonly PromptSubmitter _submitter;
    private readonly FileUploader _uploader;
    private readonly InputFiles _inputs;

    /// <summary>Creates the client; makes no connection yet.</summary>
    /// <param name="address">The base address, ending in a slash.</param>
    /// <param name="http">Sends the requests; its own time limit should be off. Not disposed by the client.</param>
    /// <param name="options">Time limits and intervals.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Gets what happens to the connection; never prompts.</param>
    public ComfyClient(Uri address, HttpClient http, ComfyClientOptions options, TimeProvider time, ILogger logger)
    {
        (_options, _time) = (options, time);
        _http = new ComfyHttp(http, address, time);
        _trackers = new PromptTrackers(time);
        _socket = new ComfySocket(address, options, time, logger, _trackers.Dispatch, _trackers.NudgeAll);
        _lookup = new PromptLookup(_http, options);
        _canceller = new PromptCanceller(_http, _lookup, options, time);
        _submitter = new PromptSubmitter(_http, _lookup, _canceller, _trackers, _socket, options);
        _uploader = new FileUploader(_http, options, time);
        _inputs = new InputFiles(_http, _uploader, options);
    }

    /// <inheritdoc/>
    public Uri Address => _http.Address;

    /// <inheritdoc/>
    public Task<PromptSubmitOutcome> SubmitAsync(PromptSubmission submission, CancellationToken cancellationToken) =>
        _submitter.SubmitAsync(submission, cancellationToken);

    /// <inheritdoc/>
    public Task<Whereabouts> FindAsync(string promptId, CancellationToken cancellationToken) => _lookup.FindAsync(promptId, tracker: null, cancellationToken);

    /// <inheritdoc/>
    public async Task<PromptOutcome> FollowAsync(string promptId, IProgress<PromptProgress>? progress, CancellationToken cancellationToken)
    {
        using var hold = _socket.Hold();
        try
        {
            var follower = new PromptFollower(_trackers.Get(promptId), _lookup, _socket, _options, _time, progress);
            return await follower.FollowAsync(cancellationToken);
        }
        finally
        {
            _trackers.Forget(promptId);
        }
    }

    /// <inheritdoc/>
    public Task<Whereabouts> CancelAsync(string promptId, CancellationToken cancellationToken) => _canceller.CancelAsync(promptId, cancellationToken);

    /// <inheritdoc/>
    public Task<bool> WithdrawAsync(string promptId, CancellationToken cancellationToken) => _canceller.WithdrawAsync(promptId, cancellationToken);

    /// <inheritdoc/>
    public Task DeleteHistoryAsync(string promptId, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(promptId);
        return PostAsync("history", new { delete = new[] { promptId } }, cancellationToken);
    }

    /// <inheritdoc/>
    public Task FreeAsync(bool unloadModels, bool freeMemory, CancellationToken cancellationToken) =>
        PostAsync("free", new { unload_models = unloadModels, free_memory = freeMemory }, cancellationToken);

    /// <inheritdoc/>
    public Task<string> UploadAsync(Stream content, string fileName, string subfolder, CancellationToken cancellationToken) =>
        _uploader.UploadAsync(content, fileName, subfolder, cancellationToken);

    /// <inheritdoc/>
    public Task<string> EnsureInputAsync(Func<CancellationToken, Task<Stream>> open, long size, string fileName, string subfolder, CancellationToken cancellationToken) =>
        _inputs.EnsureAsync(open, size, fileName, subfolder, cancellationToken);

    /// <inheritdoc/>
    public async Task<OutputContent> OpenOutputAsync(OutputFile file, CancellationToken cancellationToken)
    {
        var path = $"view?filename={Uri.EscapeDataString(file.FileName)}&subfolder={Uri.EscapeDataString(file.Subfolder)}&type={Uri.EscapeDataString(file.FolderType)}";
        var stream = await ResumingStream.OpenAsync(_http, path, _options, _time, cancellationToken);
        return new OutputContent(stream, stream.Length, file.MediaType);
    }

    /// <inheritdoc/>
    public async Task<SystemStats> GetSystemStatsAsync(CancellationToken cancellationToken)
    {
        var answer = await _http.GetJsonAsync("system_stats", _options.QueryTimeout, cancellationToken);
        if (answer.Property("system") is not { ValueKind: JsonValueKind.Object } system || answer.Property("devices") is not { ValueKind: JsonValueKind.Array })
        {
            throw _http.Unexpected("system_stats", "no system and devices");
        }

        var devices = answer.Items("devices")
            .Select(device => new ComfyDevice(DeviceName(device.Text("name") ?? ""), device.Text("type") ?? "", device.Long("vram_total"), device.Long("vram_free")));
        return new SystemStats(system.Text("comfyui_version") ?? "", system.Long("ram_total"), system.Long("ram_free"), [.. devices]);
    }

    /// <inheritdoc/>
    public async Task<NodeCatalogue> GetObjectInfoAsync(CancellationToken cancellationToken)
    {
        var answer = await _http.GetJsonAsync("object_info", _options.ObjectInfoTimeout, cancellationToken);
        return answer.ValueKind == JsonValueKind.Object ? NodeCatalogueParser.Parse(answer) : throw _http.Unexpected("object_info", "no object of node classes");
    }

    /// <inheritdoc/>
    public Task<QueueSnapshot> GetQueueAsync(CancellationToken cancellationToken) => _lookup.QueueAsync(cancellationToken);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _socket.DisposeAsync();

    private Task PostAsync<T>(string path, T body, CancellationToken cancellationToken) =>
        _http.PostJsonAsync(path, JsonSerializer.SerializeToUtf8Bytes(body), _options.QueryTimeout, cancellationToken);

    // "cuda:0 NVIDIA GeForce RTX 3090 : cudaMallocAsync"
    private static string DeviceName(string name)
    {
        var words = name.Split(" : ", 2)[0];
        var space = words.IndexOf(' ', StringComparison.Ordinal);
        return space > 0 && words[..space].Contains(':', StringComparison.Ordinal) ? words[(space + 1)..] : words;
    }
}
