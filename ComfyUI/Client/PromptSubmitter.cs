using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

using Continuity.Tasks;

namespace Continuity.ComfyUI.Client;

/// <summary>Sends prompts, and makes sense of every answer, or of none.</summary>
internal sealed class PromptSubmitter(
    ComfyHttp http, PromptLookup lookup, PromptCanceller canceller, PromptTrackers trackers, ComfySocket socket, ComfyClientOptions options)
{
    public async Task<PromptSubmitOutcome> SubmitAsync(PromptSubmission submission, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(submission.PromptId, nameof(submission));
        using var hold = socket.Hold();

        // A prompt's messages go to the connection whose client id it carries. Without a connection it carries one that nobody has, and is polled.
        var clientId = await socket.WaitAsync(options.SocketPatience, cancellationToken) ?? Guid.NewGuid().ToString("N");
        var body = Body(submission, clientId, out var graph);
        if (submission.IsStillWanted is { } isStillWanted && !await isStillWanted(cancellationToken))
        {
            return new PromptSubmitOutcome.NotSent();
        }

        trackers.Submitting(submission.PromptId, clientId, graph);
        var outcome = await PostAsync(submission, body, graph, cancellationToken);
        if (outcome is PromptSubmitOutcome.Rejected)
        {
            trackers.Forget(submission.PromptId);
        }

        return outcome;
    }

    private async Task<PromptSubmitOutcome> PostAsync(PromptSubmission submission, byte[] body, JsonElement graph, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, http.At("prompt")) { Content = ComfyHttp.JsonContent(body) };
        HttpResponseMessage response;
        byte[] answer;
        try
        {
            (response, answer) = await http.SendAndReadAsync(request, options.SubmitTimeout, cancellationToken);
        }
        catch (ComfyUnreachableException failure) when (!WasNeverSent(failure))
        {
            return new PromptSubmitOutcome.Unknown(failure.Message);
        }

        using (response)
        {
            return response.StatusCode switch
            {
                HttpStatusCode.OK => await AcceptedAsync(submission, graph, http.ParseJson(answer, "prompt"), cancellationToken),
                HttpStatusCode.BadRequest => new PromptSubmitOutcome.Rejected(Refusal(answer, graph)),
                HttpStatusCode.RequestEntityTooLarge => Refused($"The workflow is too large for ComfyUI at {http.Address} ({body.Length:N0} bytes)."),
                HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout =>
                    new PromptSubmitOutcome.Unknown($"Something in front of ComfyUI at {http.Address} answered {(int)response.StatusCode}."),
                >= HttpStatusCode.InternalServerError => await AfterServerErrorAsync(submission.PromptId, cancellationToken),
                _ => throw NotComfy(response),
            };
        }
    }

    private async Task<PromptSubmitOutcome> AcceptedAsync(PromptSubmission submission, JsonElement graph, JsonElement answer, CancellationToken cancellationToken)
    {
        if (answer.Text("prompt_id") is not { } promptId)
        {
            throw http.Unexpected("prompt", "no prompt_id");
        }

        if (promptId != submission.PromptId)
        {
            await canceller.CancelAsync(promptId, cancellationToken);
            throw new ComfyProtocolException(
                $"ComfyUI at {http.Address} did not take the prompt's id and is too old to be used without losing work. Update it to version 0.3.50 or later.");
        }

        if (answer.Members("node_errors").Any())
        {
            // The faulty outputs were dropped, and the rest of the workflow would run.
            await canceller.CancelAsync(promptId, cancellationToken);
            return new PromptSubmitOutcome.Rejected(FaultClassifier.OfRefusal(answer, id => HistoryParser.TitleOf(graph, id)));
        }

        return new PromptSubmitOutcome.Accepted(answer.Number("number") ?? 0);
    }

    // The server says so for JSON that it cannot make sense of, which ours is not, and when it is in trouble itself, which may pass. It was also seen to say so
    // after it had taken the prompt.
    private async Task<PromptSubmitOutcome> AfterServerErrorAsync(string promptId, CancellationToken cancellationToken)
    {
        try
        {
            var queue = await lookup.QueueAsync(cancellationToken);
            if (queue.Running.Concat(queue.Pending).FirstOrDefault(prompt => prompt.PromptId == promptId) is { } queued)
            {
                return new PromptSubmitOutcome.Accepted(queued.Number);
            }

            return await lookup.FindAsync(promptId, tracker: null, cancellationToken) is Whereabouts.Unknown
                ? new PromptSubmitOutcome.Rejected(new TaskFault(FaultClass.Server, $"ComfyUI at {http.Address} failed with a server error (5xx) while it took the prompt in; its log says more."))
                : new PromptSubmitOutcome.Accepted(0);
        }
        catch (ComfyUnreachableException failure)
        {
            return new PromptSubmitOutcome.Unknown(failure.Message);
        }
    }

    private static TaskFault Refusal(byte[] answer, JsonElement graph)
    {
        try
        {
            using var document = JsonDocument.Parse(answer);
            return FaultClassifier.OfRefusal(document.RootElement, id => HistoryParser.TitleOf(graph, id));
        }
        catch (JsonException)
        {
            return new TaskFault(FaultClass.Validation, $"ComfyUI refused the workflow: {Encoding.UTF8.GetString(answer)}");
        }
    }

    private ComfyProtocolException NotComfy(HttpResponseMessage response)
    {
        try
        {
            http.ThrowUnlessSuccess(response, "prompt");
            return http.Unexpected("prompt", $"the status {(int)response.StatusCode}");
        }
        catch (ComfyProtocolException failure)
        {
            return failure;
        }
    }

    private static PromptSubmitOutcome.Rejected Refused(string message) => new(new TaskFault(FaultClass.Validation, message));

    // Only where no connection was made is it certain that nothing was sent.
    private static bool WasNeverSent(ComfyUnreachableException failure) => failure.InnerException is HttpRequestException
    {
        HttpRequestError: HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError,
    }
    or HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError, InnerException: SocketException };

    private static byte[] Body(PromptSubmission submission, string clientId, out JsonElement graph)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            writer.WriteStartObject();
            writer.WritePropertyName("prompt");
            submission.Graph.WriteTo(writer);
            writer.WriteString("prompt_id", submission.PromptId);
            writer.WriteString("client_id", clientId);
            writer.WriteStartObject("extra_data");
            foreach (var (name, value) in submission.Tags.Where(tag => tag.Key != "client_id"))
            {
                writer.WriteString(name, value);
            }

            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        var body = stream.ToArray();
        using var document = JsonDocument.Parse(body);
        graph = document.RootElement.GetProperty("prompt").Clone();
        return body;
    }
}
