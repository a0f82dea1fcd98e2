using System.Runtime.InteropServices;
using System.Text.Json;

using Continuity.Tasks;

namespace Continuity.Bench.Watch;

/// <summary>Something that ComfyUI tells of a prompt and that a watcher sees of its task.</summary>
/// <param name="Kind">What.</param>
/// <param name="Step">The step of a progress; else 0.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Mark(MarkKind Kind, int Step = 0);

/// <summary>What is told.</summary>
internal enum MarkKind
{
    /// <summary>The prompt executes.</summary>
    Executing,

    /// <summary>A step is done.</summary>
    Step,

    /// <summary>The prompt has ended well.</summary>
    Succeeded,
}

/// <summary>Finds marks in messages of ComfyUI, and in what a watcher sees.</summary>
internal static class Marks
{
    /// <summary>Steps of a prompt.</summary>
    public const int Steps = 6;

    // Of the three nodes of the workflow, which weigh alike, the second makes the steps.
    private const double Before = 100 / 3.0;
    private const double PerStep = Before / Steps;

    /// <summary>Finds the mark of a message.</summary>
    public static (string Prompt, Mark Mark)? Of(JsonElement message)
    {
        var data = message.GetProperty("data");
        if (!data.TryGetProperty("prompt_id", out var id) || id.GetString() is not { } prompt)
        {
            return null;
        }

        switch (message.GetProperty("type").GetString())
        {
            case "execution_start":
                return (prompt, new Mark(MarkKind.Executing));
            case "execution_success":
                return (prompt, new Mark(MarkKind.Succeeded));
            case "progress":
                return (prompt, new Mark(MarkKind.Step, data.GetProperty("value").GetInt32()));
            case "progress_state":
                foreach (var node in data.GetProperty("nodes").EnumerateObject())
                {
                    if (node.Value.GetProperty("state").GetString() == "running" && node.Value.GetProperty("max").GetDouble() == Steps && node.Value.GetProperty("value").GetDouble() is > 0 and var step)
                    {
                        return (prompt, new Mark(MarkKind.Step, (int)step));
                    }
                }

                return null;
            default:
                return null;
        }
    }

    /// <summary>Finds the marks that the live progress of a task shows.</summary>
    public static IEnumerable<Mark> Of(TaskProgress progress)
    {
        if (progress.Phase != TaskPhase.Executing)
        {
            yield break;
        }

        yield return new Mark(MarkKind.Executing);
        var step = ((progress.Percent ?? 0) - Before) / PerStep;
        if (step is > 0.9 and < Steps && Math.Abs(step - Math.Round(step)) < 0.01)
        {
            yield return new Mark(MarkKind.Step, (int)Math.Round(step));
        }
    }
}
