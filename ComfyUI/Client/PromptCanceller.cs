using System.Text.Json;

namespace Continuity.ComfyUI.Client;

/// <summary>Takes prompts away, and looks whether they are gone: an interrupt may come too early to be heard, and a node may not look at it.</summary>
internal sealed class PromptCanceller(ComfyHttp http, PromptLookup lookup, ComfyClientOptions options, TimeProvider time)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    public async Task<Whereabouts> CancelAsync(string promptId, CancellationToken cancellationToken)
    {
        // Without an id an interrupt hits whatever runs, perhaps somebody else's.
        ArgumentException.ThrowIfNullOrWhiteSpace(promptId);
        var until = time.GetSteadyNow() + options.CancelPatience;
        var pause = FirstPause;
        while (true)
        {
            var where = await lookup.FindAsync(promptId, tracker: null, cancellationToken);
            if (where is Whereabouts.Ended or Whereabouts.Unknown || time.GetSteadyNow() >= until)
            {
                return where;
            }

            if (where is Whereabouts.Pending)
            {
                await DeleteAsync(promptId, cancellationToken);
                pause = FirstPause;
            }
            else
            {
                await http.PostJsonAsync("interrupt", Json(new { prompt_id = promptId }), options.QueryTimeout, cancellationToken);
            }

            await Task.Delay(pause, time, cancellationToken);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    public async Task<bool> WithdrawAsync(string promptId, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(promptId);
        var until = time.GetSteadyNow() + options.CancelPatience;
        for (var deleted = false; ; deleted = true)
        {
            // It may start in the moment before it is deleted, and even end: then the queue or the history has it.
            var where = await lookup.FindAsync(promptId, tracker: null, cancellationToken);
            if (where is not Whereabouts.Pending || time.GetSteadyNow() >= until)
            {
                return deleted && where is Whereabouts.Unknown;
            }

            await DeleteAsync(promptId, cancellationToken);
            await Task.Delay(FirstPause, time, cancellationToken);
        }
    }

    private Task DeleteAsync(string promptId, CancellationToken cancellationToken) =>
        http.PostJsonAsync("queue", Json(new { delete = new[] { promptId } }), options.QueryTimeout, cancellationToken);

    private static byte[] Json<T>(T body) => JsonSerializer.SerializeToUtf8Bytes(body);
}
