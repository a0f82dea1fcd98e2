using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace Continuity.Simulator.Tests.Support;

/// <summary>A running simulator with a plain HTTP client: what a test sees is what the wire carries.</summary>
internal sealed class Rig : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);
    private readonly List<SocketReader> _sockets = [];

    private Rig(SimulatedComfy comfy)
    {
        Comfy = comfy;
        Http = new HttpClient { BaseAddress = comfy.BaseAddress };
    }

    public SimulatedComfy Comfy { get; }

    public HttpClient Http { get; }

    public static async Task<Rig> StartAsync(Action<SimulatorOptions>? configure = null)
    {
        var options = new SimulatorOptions();
        configure?.Invoke(options);
        return new Rig(await SimulatedComfy.StartAsync(options));
    }

    public async Task<Answer> GetAsync(string path)
    {
        using var response = await Http.GetAsync(new Uri(path, UriKind.Relative));
        return await Answer.FromAsync(response);
    }

    public async Task<JsonNode> JsonAsync(string path) => (await GetAsync(path)).Json;

    public async Task<Answer> PostAsync(string path, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await Http.PostAsync(new Uri(path, UriKind.Relative), content);
        return await Answer.FromAsync(response);
    }

    public Task<Answer> PostPromptAsync(JsonObject prompt, string? clientId = null, string? promptId = null, params (string Key, JsonNode? Value)[] more)
    {
        var body = new JsonObject { ["prompt"] = prompt.DeepClone() };
        if (clientId is not null)
        {
            body["client_id"] = clientId;
        }

        if (promptId is not null)
        {
            body["prompt_id"] = promptId;
        }

        foreach (var (key, value) in more)
        {
            body[key] = value;
        }

        return PostAsync("prompt", body.ToJsonString());
    }

    public async Task<string> SubmitAsync(JsonObject prompt, string? clientId = null, string? promptId = null, params (string Key, JsonNode? Value)[] more)
    {
        var answer = await PostPromptAsync(prompt, clientId, promptId, more);
        Assert.True(answer.Status == 200, answer.Text);
        return (string)answer.Json["prompt_id"]!;
    }

    public async Task<JsonNode> RunAsync(JsonObject prompt, string? clientId = null, string? promptId = null, params (string Key, JsonNode? Value)[] more) =>
        await EndOfAsync(await SubmitAsync(prompt, clientId, promptId, more));

    /// <summary>Waits until the prompt is in the history and returns the entry.</summary>
    public async Task<JsonNode> EndOfAsync(string promptId)
    {
        JsonNode? entry = null;
        await UntilAsync(
            async () => (entry = (await JsonAsync($"history/{promptId}"))[promptId]) is not null,
            async () => $"queue: {(await GetAsync("queue")).Text}");
        return entry!;
    }

    public Task RunningAsync(string promptId) => UntilAsync(
        async () => (await JsonAsync("queue"))["queue_running"]!.AsArray().Any(i => (string)i![1]! == promptId),
        async () => $"{promptId} never ran; queue: {(await GetAsync("queue")).Text}");

    public async Task UntilAsync(Func<Task<bool>> condition, Func<Task<string>> describe)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            if (TimeProvider.System.GetElapsedTime(start) > Patience)
            {
                Assert.Fail($"Waited {Patience}. State seen: {await describe()}");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System);
        }
    }

    public async Task<SocketReader> ConnectAsync(string? clientId, string? firstMessage = null)
    {
        var query = clientId is null ? "" : $"?clientId={clientId}";
        var reader = await SocketReader.ConnectAsync(new Uri(string.Create(CultureInfo.InvariantCulture, $"ws://127.0.0.1:{Comfy.BaseAddress.Port}/ws{query}")), firstMessage);
        _sockets.Add(reader);
        return reader;
    }

    public async Task<Answer> UploadAsync(string name, byte[] bytes, params (string Key, string Value)[] fields)
    {
        using var form = new MultipartFormDataContent();
        using var file = new ByteArrayContent(bytes);
        file.Headers.ContentDisposition = new ContentDispositionHeaderValue("form-data") { Name = "\"image\"", FileName = $"\"{name}\"" };
        form.Add(file);
        foreach (var (key, value) in fields)
        {
            form.Add(new StringContent(value), key);
        }

        using var response = await Http.PostAsync(new Uri("upload/image", UriKind.Relative), form);
        return await Answer.FromAsync(response);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var socket in _sockets)
        {
            await socket.DisposeAsync();
        }

        Http.Dispose();
        await Comfy.DisposeAsync();
    }
}

/// <summary>An HTTP answer, read whole.</summary>
internal sealed record Answer(int Status, string Text, string? ContentType, HttpResponseHeaders Headers, HttpContentHeaders ContentHeaders, byte[] Bytes)
{
    public JsonNode Json => JsonNode.Parse(Text)!;

    public static async Task<Answer> FromAsync(HttpResponseMessage response)
    {
        var bytes = await response.Content.ReadAsByteArrayAsync();
        return new Answer(
            (int)response.StatusCode,
            Encoding.UTF8.GetString(bytes),
            response.Content.Headers.ContentType?.ToString(),
            response.Headers,
            response.Content.Headers,
            bytes);
    }
}
