using Continuity.ComfyUI.Client;

namespace Continuity.Bench.Swap;

/// <summary>
/// First in, first out, to the GPU that has the least to do, with one prompt staged behind the one that executes; with affinity a GPU gets the oldest request of the model that it was given
/// last, if there is one. It keeps nothing, and knows nothing of times.
/// </summary>
internal sealed class PlainDispatcher(IReadOnlyList<IComfyClient> gpus, bool hasAffinity) : IDispatcher
{
    private const int Depth = 2;

    private readonly char[] _last = new char[gpus.Count];

    public async Task PrepareAsync()
    {
        await Task.WhenAll(gpus.Select(gpu => ExecuteAsync(gpu, Workload.Loaded)));
        Array.Fill(_last, Workload.Loaded);
    }

    public async Task RunAsync(string models)
    {
        var waiting = new List<char>();
        var given = gpus.Select(_ => new List<Task>()).ToArray();
        List<Task> pictures = [];

        // Requests come over HTTP, one after the other: the first is under way before the second is there.
        foreach (var model in models)
        {
            waiting.Add(model);
            Fill(waiting, given, pictures);
        }

        while (given.Any(prompts => prompts.Count > 0))
        {
            await Task.WhenAny(given.SelectMany(prompts => prompts));
            foreach (var prompts in given)
            {
                prompts.RemoveAll(prompt => prompt.IsCompleted);
            }

            Fill(waiting, given, pictures);
        }

        await Task.WhenAll(pictures);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private void Fill(List<char> waiting, List<Task>[] given, List<Task> pictures)
    {
        while (waiting.Count > 0 && given.MinBy(prompts => prompts.Count) is { Count: < Depth } free)
        {
            var gpu = Array.IndexOf(given, free);
            var model = hasAffinity && waiting.Contains(_last[gpu]) ? _last[gpu] : waiting[0];
            waiting.Remove(model);
            _last[gpu] = model;
            var (end, picture) = Send(gpus[gpu], model);
            free.Add(end);
            pictures.Add(picture);
        }
    }

    private static Task ExecuteAsync(IComfyClient gpu, char model) => Send(gpu, model).Picture;

    private static (Task<PromptOutcome> End, Task Picture) Send(IComfyClient gpu, char model)
    {
        var end = EndAsync(gpu, model);
        return (end, FetchAsync(gpu, end));
    }

    private static async Task<PromptOutcome> EndAsync(IComfyClient gpu, char model)
    {
        var id = Guid.NewGuid().ToString();
        if (await gpu.SubmitAsync(new PromptSubmission(id, Workload.Prompt(model, id)), CancellationToken.None) is not PromptSubmitOutcome.Accepted)
        {
            throw new InvalidOperationException("A prompt was not accepted.");
        }

        return await gpu.FollowAsync(id, progress: null, CancellationToken.None);
    }

    private static async Task FetchAsync(IComfyClient gpu, Task<PromptOutcome> end)
    {
        if (await end is not PromptOutcome.Succeeded succeeded)
        {
            throw new InvalidOperationException($"A prompt is {await end}.");
        }

        await using var picture = await gpu.OpenOutputAsync(succeeded.Outputs[0], CancellationToken.None);
        await picture.Stream.CopyToAsync(Stream.Null);
    }
}
