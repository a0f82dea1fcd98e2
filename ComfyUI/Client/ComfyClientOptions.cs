namespace Continuity.ComfyUI.Client;

/// <summary>Time limits and intervals of the ComfyUI clients. All must be greater than zero.</summary>
public sealed class ComfyClientOptions
{
    /// <summary>Time to make a TCP connection. Default 5 s.</summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Time for a small question or command: queue, history, interrupt, system stats. Default 10 s; a busy instance holds its interpreter lock for seconds.</summary>
    public TimeSpan QueryTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Time for the answer to a submitted prompt, validation included. Default 60 s.</summary>
    public TimeSpan SubmitTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>Time for the list of node classes, which may be read from a slow model folder. Default 60 s.</summary>
    public TimeSpan ObjectInfoTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>Time for one upload as a whole. Default 10 min.</summary>
    public TimeSpan UploadTimeout { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>Time without a single byte after which a download counts as broken. Default 30 s.</summary>
    public TimeSpan DownloadIdleTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How often a broken upload or download is tried again or resumed. Default 4.</summary>
    public int TransferRetries { get; set; } = 4;

    /// <summary>How often a followed prompt is looked up while messages about it arrive. Default 5 s.</summary>
    public TimeSpan LivePollInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The longest time between two looks at a followed prompt while none arrive; a young prompt is looked at more often. Default 1 s.</summary>
    public TimeSpan DeafPollInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Time without a message about a running prompt after which the connection is no longer trusted to bring any. Default 10 s.</summary>
    public TimeSpan LivelinessWindow { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long following goes on while the instance does not answer. Default 30 s.</summary>
    public TimeSpan OutagePatience { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a cancel is repeated until the prompt is gone. Default 20 s.</summary>
    public TimeSpan CancelPatience { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>How long a submission waits for the message connection; without it the prompt is sent all the same. Default 2 s.</summary>
    public TimeSpan SocketPatience { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Pause before the message connection is made again; doubles with every failure. Default 0.5 s.</summary>
    public TimeSpan ReconnectDelay { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>The longest pause before the message connection is made again. Default 15 s.</summary>
    public TimeSpan MaxReconnectDelay { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How often the message connection is probed; ComfyUI itself never does. Default 15 s.</summary>
    public TimeSpan PingInterval { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>Time for the answer to a probe, after which the connection is made again. Default 60 s: an instance that loads a model may not answer for long.</summary>
    public TimeSpan PingTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>Least time between two reports of progress of one prompt. Default 0.1 s.</summary>
    public TimeSpan ProgressInterval { get; set; } = TimeSpan.FromMilliseconds(100);
}
