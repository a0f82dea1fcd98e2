namespace Continuity.ComfyUI.Client;

/// <summary>
/// One ComfyUI instance. Thread-safe: several attempts share it. What the instance's WebSocket says is taken as a hint; its queue and its history are the truth.
/// </summary>
/// <remarks>
/// Every call has a time limit of its own class (see <see cref="ComfyClientOptions"/>) and throws <see cref="ComfyUnreachableException"/> when the
/// instance does not answer in time, and <see cref="ComfyProtocolException"/> when what answers does not behave like ComfyUI.
/// </remarks>
public interface IComfyClient
{
    /// <summary>The base address, ending in a slash.</summary>
    Uri Address { get; }

    /// <summary>Sends a prompt under the id that the caller chose and recorded.</summary>
    /// <param name="submission">The prompt. Its id must be new for every attempt: the instance does not refuse an id twice.</param>
    /// <param name="cancellationToken">Gives up; the prompt may have been accepted by then.</param>
    /// <returns>Whether the instance took it, or that this is not known.</returns>
    /// <exception cref="ComfyUnreachableException">No connection could be made: the prompt was certainly not accepted.</exception>
    /// <exception cref="ComfyProtocolException">Something answered that is not ComfyUI, or that wants a login.</exception>
    Task<PromptSubmitOutcome> SubmitAsync(PromptSubmission submission, CancellationToken cancellationToken);

    /// <summary>Looks where a prompt is: in the queue first, then in the history, so that one that ends in between is not missed.</summary>
    /// <param name="promptId">The prompt.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Where it is; <see cref="Whereabouts.Unknown"/> when the instance does not know it (any more).</returns>
    /// <exception cref="ComfyUnreachableException">The instance does not answer.</exception>
    /// <exception cref="ComfyProtocolException">Something answered that is not ComfyUI.</exception>
    Task<Whereabouts> FindAsync(string promptId, CancellationToken cancellationToken);

    /// <summary>Waits for the end of a prompt, whoever submitted it and whenever.</summary>
    /// <param name="promptId">The prompt.</param>
    /// <param name="progress">Gets what is seen on the way: conflated, in order, at most about ten a second. May be <see langword="null"/>.</param>
    /// <param name="cancellationToken">Stops following; the prompt goes on.</param>
    /// <returns>How it ended; <see cref="PromptOutcome.Lost"/> when the instance does not know it (any more).</returns>
    /// <exception cref="ComfyUnreachableException">The instance did not answer for <see cref="ComfyClientOptions.OutagePatience"/>. The prompt may well go on.</exception>
    /// <exception cref="ComfyProtocolException">Something answered that is not ComfyUI.</exception>
    Task<PromptOutcome> FollowAsync(string promptId, IProgress<PromptProgress>? progress, CancellationToken cancellationToken);

    /// <summary>
    /// Takes a prompt out of the queue and interrupts it where it runs, again and again until it is in neither or
    /// <see cref="ComfyClientOptions.CancelPatience"/> is over. A node that does not look at the interrupt ends first, so the prompt may still succeed.
    /// </summary>
    /// <param name="promptId">The prompt; never anybody else's is touched.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Where the prompt is after that: ended, unknown (it left no trace), or still running.</returns>
    /// <exception cref="ComfyUnreachableException">The instance does not answer.</exception>
    /// <exception cref="ComfyProtocolException">Something answered that is not ComfyUI.</exception>
    Task<Whereabouts> CancelAsync(string promptId, CancellationToken cancellationToken);

    /// <summary>Takes a prompt out of the queue unless it has started; one that runs is left alone.</summary>
    /// <param name="promptId">The prompt; never anybody else's is touched.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns><see langword="true"/> when it waited, was taken out, and is neither in the queue nor in the history after that: it did not start and never will.</returns>
    /// <exception cref="ComfyUnreachableException">The instance does not answer.</exception>
    /// <exception cref="ComfyProtocolException">Something answered that is not ComfyUI.</exception>
    Task<bool> WithdrawAsync(string promptId, CancellationToken cancellationToken);

    /// <summary>Deletes a prompt's entry in the history, once its outputs are collected. Does nothing where there is none.</summary>
    /// <param name="promptId">The prompt.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>A task that ends when the instance has answered.</returns>
    /// <exception cref="ComfyUnreachableException">The instance does not answer.</exception>
    Task DeleteHistoryAsync(string promptId, CancellationToken cancellationToken);

    /// <summary>Asks for memory back. A running prompt is not disturbed: the instance acts when it ends.</summary>
    /// <param name="unloadModels">Whether models leave the GPU's memory.</param>
    /// <param name="freeMemory">Whether the cache of node results is emptied too.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>A task that ends when the instance has noted the wish.</returns>
    /// <exception cref="ComfyUnreachableException">The instance does not answer.</exception>
    Task FreeAsync(bool unloadModels, bool freeMemory, CancellationToken cancellationToken);

    /// <summary>Puts a picture or a video into the instance's input folder. A file of that name with other bytes stays as it is: the new one gets another name.</summary>
    /// <param name="content">The file's bytes. Where it can seek, a broken upload is tried again from the start.</param>
    /// <param name="fileName">The file's name; characters that are awkward in a file name are replaced.</param>
    /// <param name="subfolder">Folder inside the input folder, with forward slashes; empty for none.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The name that LoadImage and LoadVideo take, with its folder.</returns>
    /// <exception cref="ComfyUnreachableException">The instance does not answer.</exception>
    /// <exception cref="ComfyRefusedException">The instance refused the file, for example because it is too large.</exception>
    Task<string> UploadAsync(Stream content, string fileName, string subfolder, CancellationToken cancellationToken);

    /// <summary>
    /// Makes sure that the instance's input folder has a file whose name tells its content, such as its hash. What is there under that name with the right length is
    /// not sent again. Of several calls for one file at a time one sends it.
    /// </summary>
    /// <param name="open">Opens the file's bytes; called only when they have to be sent. The stream is disposed.</param>
    /// <param name="size">Length of the file in bytes.</param>
    /// <param name="fileName">The file's name; characters that are awkward in a file name are replaced.</param>
    /// <param name="subfolder">Folder inside the input folder, with forward slashes; empty for none.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The name that LoadImage and LoadVideo take, with its folder.</returns>
    /// <exception cref="ComfyUnreachableException">The instance does not answer.</exception>
    /// <exception cref="ComfyRefusedException">The instance refused the file, for example because it is too large.</exception>
    Task<string> EnsureInputAsync(Func<CancellationToken, Task<Stream>> open, long size, string fileName, string subfolder, CancellationToken cancellationToken);

    /// <summary>Opens a file that a prompt saved. A download that breaks off is resumed where it stopped, and its length is checked.</summary>
    /// <param name="file">The file, from <see cref="PromptOutcome.Succeeded"/>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The file's content, to be disposed by the caller. Reading it may throw the same exceptions.</returns>
    /// <exception cref="ComfyUnreachableException">The instance does not answer.</exception>
    /// <exception cref="ComfyFileMissingException">The file is not there: someone deleted it, or the prompt was answered from the instance's cache.</exception>
    Task<OutputContent> OpenOutputAsync(OutputFile file, CancellationToken cancellationToken);

    /// <summary>Reads the instance's version and memory. Says nothing about whether it works off prompts.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>What the instance tells.</returns>
    /// <exception cref="ComfyUnreachableException">The instance does not answer.</exception>
    /// <exception cref="ComfyProtocolException">What answers is not ComfyUI.</exception>
    Task<SystemStats> GetSystemStatsAsync(CancellationToken cancellationToken);

    /// <summary>Reads which node classes the instance has and what their inputs accept, model files included. Half a megabyte or more: keep it.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The node classes.</returns>
    /// <exception cref="ComfyUnreachableException">The instance does not answer.</exception>
    /// <exception cref="ComfyProtocolException">What answers is not ComfyUI.</exception>
    Task<NodeCatalogue> GetObjectInfoAsync(CancellationToken cancellationToken);

    /// <summary>Reads the queue.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The prompts that run and wait, everybody's.</returns>
    /// <exception cref="ComfyUnreachableException">The instance does not answer.</exception>
    /// <exception cref="ComfyProtocolException">What answers is not ComfyUI.</exception>
    Task<QueueSnapshot> GetQueueAsync(CancellationToken cancellationToken);
}
