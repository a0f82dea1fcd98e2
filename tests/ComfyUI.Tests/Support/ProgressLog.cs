using System.Threading.Channels;

using Continuity.ComfyUI.Client;

namespace Continuity.ComfyUI.Tests.Support;

/// <summary>Keeps the reports of a prompt in order, and lets a test wait for one.</summary>
internal sealed class ProgressLog : IProgress<PromptProgress>
{
    private readonly Channel<PromptProgress> _channel = Channel.CreateUnbounded<PromptProgress>();
    private readonly Lock _lock = new();
    private readonly List<PromptProgress> _all = [];

    public IReadOnlyList<PromptProgress> All
    {
        get
        {
            lock (_lock)
            {
                return [.. _all];
            }
        }
    }

    public void Report(PromptProgress value)
    {
        lock (_lock)
        {
            _all.Add(value);
        }

        _channel.Writer.TryWrite(value);
    }

    public async Task<PromptProgress> WaitForAsync(Func<PromptProgress, bool> condition)
    {
        using var patience = new CancellationTokenSource(Rig.Patience);
        try
        {
            while (true)
            {
                if (await _channel.Reader.ReadAsync(patience.Token) is var progress && condition(progress))
                {
                    return progress;
                }
            }
        }
        catch (OperationCanceledException gaveUp)
        {
            throw new TimeoutException($"The awaited report did not come. Reports: {string.Join(Environment.NewLine, All)}", gaveUp);
        }
    }
}
