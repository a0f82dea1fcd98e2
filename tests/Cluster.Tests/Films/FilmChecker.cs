using Continuity.Cluster.Tests.Processes;
using Continuity.Pipelines;
using Continuity.Tasks;

namespace Continuity.Cluster.Tests.Films;

/// <summary>What must be true of an export, whatever was done to it on the way. One method for each promise.</summary>
internal sealed class FilmChecker(Workshop workshop, FinishedExport export, IReadOnlyList<ExportProcess> processes, string context)
{
    /// <summary>Gathers what there is to check.</summary>
    /// <param name="workshop">Where the export ran.</param>
    /// <param name="context">What a message should say, such as the seed.</param>
    /// <param name="processes">The processes that drove the export, one after the other; the last saw its end.</param>
    public static async Task<FilmChecker> OfAsync(Workshop workshop, string context, params ExportProcess[] processes) => new(
        workshop,
        await FinishedExport.ReadAsync(workshop, processes[^1]),
        processes,
        $"{context}\n{string.Join('\n', processes.Select(process => process.Program.Tail))}");

    /// <summary>All the promises for an export whose GPUs stayed alive, the cheap ones first.</summary>
    public async Task NothingWasLostOrDoneTwiceAsync(FinishedExport reference)
    {
        EverythingIsCompleted();
        NoPromptRanTwice();
        EveryTaskTookOnePrompt();
        NoRetryWasCharged();
        FinishedTasksStayedFinished();
        FilesAreWhereTheyWereAskedFor();
        await FilmIsAsync(reference);
    }

    /// <summary>The pipeline reached its end, with all of its tasks.</summary>
    public void EverythingIsCompleted()
    {
        Holds(export.Manifest.Pipeline.Status == PipelineStatus.Completed, $"the pipeline is {export.Manifest.Pipeline.Status}");
        Holds(export.Manifest.Tasks.Length == Story.Tasks, $"{export.Manifest.Tasks.Length} tasks");
        Holds(export.GpuTasks.Count() == Story.GpuTasks, $"{export.GpuTasks.Count()} tasks for GPUs");
        foreach (var task in export.Manifest.Tasks)
        {
            Holds(task.State == TaskState.Completed, $"{task.Id} is {task.State}: {task.Fault}");
        }
    }

    /// <summary>No prompt was sent twice under one id, and none ran twice.</summary>
    public void NoPromptRanTwice()
    {
        foreach (var prompt in export.Gpus.SelectMany(gpu => gpu.Submitted).GroupBy(id => id, StringComparer.Ordinal))
        {
            Holds(prompt.Count() == 1, $"prompt {prompt.Key} was submitted {prompt.Count()} times");
        }

        foreach (var (prompt, executions) in export.Gpus.SelectMany(gpu => gpu.Executions))
        {
            Holds(executions == 1, $"prompt {prompt} was executed {executions} times");
        }
    }

    /// <summary>
    /// The GPUs were given one prompt for each task, not one more. As long as no ComfyUI dies, every prompt that was accepted stays known there, so that a
    /// second one for the same task would be one too many.
    /// </summary>
    public void EveryTaskTookOnePrompt()
    {
        var (submitted, executed) = (export.Gpus.Sum(gpu => gpu.Submitted.Length), export.Gpus.Sum(gpu => gpu.Executions.Count));
        Holds(submitted == Story.GpuTasks, $"{submitted} prompts submitted for {Story.GpuTasks} tasks");
        Holds(executed == Story.GpuTasks, $"{executed} prompts executed for {Story.GpuTasks} tasks");
    }

    /// <summary>Interruptions are nobody's fault: no task used up a retry.</summary>
    public void NoRetryWasCharged()
    {
        foreach (var task in export.Manifest.Tasks)
        {
            Holds(task.Retries == 0, $"{task.Id} used {task.Retries} retries");
        }
    }

    /// <summary>What one process told as completed was left alone by those that followed.</summary>
    public void FinishedTasksStayedFinished()
    {
        for (var i = 0; i < processes.Count; i++)
        {
            var later = processes.Skip(i + 1).SelectMany(process => process.Changes).ToList();
            foreach (var finished in processes[i].Changes.Where(change => change.State == "completed"))
            {
                var attempts = export.Manifest.Tasks.Single(task => task.Id == finished.Task).Attempts;
                Holds(attempts == finished.Attempt, $"{finished.Task} was completed by attempt {finished.Attempt}, and has {attempts} attempts now");
                Holds(!later.Exists(change => change.Task == finished.Task), $"{finished.Task} was completed, and changed again");
            }
        }
    }

    /// <summary>The film is the one that an undisturbed export makes, to the last byte.</summary>
    public async Task FilmIsAsync(FinishedExport reference)
    {
        var (expected, found) = (await Ffmpeg.FramesAsync(reference.FilmPath), await Ffmpeg.FramesAsync(export.FilmPath));
        Holds(expected == found, $"the film has {found} frames instead of {expected}");
        var (expectedBytes, foundBytes) = (await File.ReadAllBytesAsync(reference.FilmPath), await File.ReadAllBytesAsync(export.FilmPath));
        Holds(expectedBytes.AsSpan().SequenceEqual(foundBytes), "the film is another one");
    }

    /// <summary>So is every picture and clip on the way. Pictures carry their workflow, with the pipeline's name in it, so only what is seen is compared.</summary>
    public async Task PicturesAreAsync(FinishedExport reference)
    {
        foreach (var task in export.GpuTasks)
        {
            var expected = reference.Manifest.Tasks.Single(other => other.Id == task.Id);
            Holds(
                task.Files[0].Sha256 == expected.Files[0].Sha256
                || await Ffmpeg.PictureHashAsync(export.PathOf(task)) == await Ffmpeg.PictureHashAsync(reference.PathOf(expected)),
                $"{task.Id} made another picture");
        }
    }

    /// <summary>All the files are where the person asked for them.</summary>
    public void FilesAreWhereTheyWereAskedFor() => Holds(export.Folder == workshop.Results, $"the files are in {export.Folder} instead of {workshop.Results}");

    private void Holds(bool condition, string problem) => Assert.True(condition, $"{problem}\n{context}");
}
