using Microsoft.Extensions.Logging;

namespace Continuity.ComfyUI.Client;

internal sealed partial class ComfySocket
{
    [LoggerMessage(5001, LogLevel.Debug, "Listening to ComfyUI at {Address} as {ClientId}")]
    private static partial void LogConnected(ILogger logger, Uri address, string clientId);

    [LoggerMessage(5002, LogLevel.Information, "The message connection to ComfyUI at {Address} ended after {Seconds:0} s ({Reason}); prompts are polled until it is back")]
    private static partial void LogLost(ILogger logger, Uri address, double seconds, string reason);

    [LoggerMessage(5003, LogLevel.Debug, "No message connection to ComfyUI at {Address}: {Reason}; next try in {Delay}")]
    private static partial void LogNotConnected(ILogger logger, Uri address, string reason, TimeSpan delay);

    [LoggerMessage(5004, LogLevel.Warning, "The message connection to ComfyUI at {Address} brings nothing about prompt {PromptId}; making a new one")]
    private static partial void LogDeaf(ILogger logger, Uri address, string promptId);

    [LoggerMessage(5005, LogLevel.Error, "Listening to ComfyUI at {Address} failed; its prompts are polled until the client is made anew")]
    private static partial void LogGaveUp(ILogger logger, Exception failure, Uri address);
}
