using Continuity.Cluster.Tests.Films;
using Continuity.Cluster.Tests.Processes;
using Continuity.Pipelines;
using Continuity.Tasks;

namespace Continuity.Cluster.Tests;

/// <summary>What must be true of an export, whatever was done to it on the way. One method for each promise.</summary>
/// <param name="export">The export.</param>
/// <param name="context">The seed and the output of the processes, for messages.</param>
internal sealed class InvariantChecker(FinishedExport export, string context)
{
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

    /// <summary>What was told as completed before a process died was left alone by those that followed.</summary>
    /// <param name="before">The process that died.</param>
    /// <param name="after">Those that followed.</param>
    public void FinishedTasksStayedFinished(ExportProcess before, params IEnumerable<ExportProcess> after)
    {
        var later = after.SelectMany(process => process.Changes).ToList();
        foreach (var finished in before.Changes.Where(change => change.State == "completed"))
        {
            var task = export.Manifest.Tasks.Single(task => task.Id == finished.Task);
            Holds(task.Attempts == finished.Attempt, $"{task.Id} was completed by attempt {finished.Attempt}, and has {task.Attempts} attempts now");
            Holds(!later.Exists(change => change.Task == finished.Task && change.State != "completed"), $"{task.Id} was completed, and ran again");
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
    public void FilesAreIn(string folder) => Holds(export.Folder == folder, $"the files are in {export.Folder} instead of {folder}");

    private void Holds(bool condition, string problem) => Assert.True(condition, $"{problem}\n{context}");
}
