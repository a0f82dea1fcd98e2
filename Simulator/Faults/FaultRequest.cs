using System.Collections.Concurrent;
using Continuity.Simulator.Http;
using Continuity.Simulator.Json;

namespace Continuity.Simulator.Faults;

/// <summary>Sets faults from the JSON of POST /_sim/faults; names that it does not know are refused.</summary>
internal static class FaultRequest
{
    public static void Apply(SimulatorFaults faults, PyDict request)
    {
        foreach (var (name, value) in request)
        {
            Apply(faults, name, value);
        }
    }

    private static void Apply(SimulatorFaults faults, string name, object? value)
    {
        switch (name)
        {
            case "clear" when PyText.IsTrue(value):
                faults.Clear();
                break;
            case "fail_nodes":
                Counts(faults.FailNodes, value);
                break;
            case "out_of_memory_nodes":
                Counts(faults.OutOfMemoryNodes, value);
                break;
            case "crash_nodes":
                Counts(faults.CrashNodes, value);
                break;
            case "empty_output_nodes":
                Counts(faults.EmptyOutputNodes, value);
                break;
            case "http_errors":
                Counts(faults.HttpErrors, value);
                break;
            case "http_delays":
                foreach (var (path, seconds) in Dict(value))
                {
                    faults.HttpDelays[path] = TimeSpan.FromSeconds(PyNumber.ToFloat(seconds));
                }

                break;
            case "hang":
                QueueRoutes.Iterate(value).OfType<string>().ToList().ForEach(faults.HangAt);
                break;
            case "release":
                QueueRoutes.Iterate(value).OfType<string>().ToList().ForEach(faults.Release);
                break;
            default:
                ApplyScalar(faults, name, value);
                break;
        }
    }

    private static void ApplyScalar(SimulatorFaults faults, string name, object? value)
    {
        switch (name)
        {
            case "fail_rate":
                faults.FailRate = PyNumber.ToFloat(value);
                break;
            case "http_error_rate":
                faults.HttpErrorRate = PyNumber.ToFloat(value);
                break;
            case "drop_sockets_every":
                faults.DropSocketsEvery = Int(value);
                break;
            case "lost_prompt_answers":
                faults.LostPromptAnswers = Int(value);
                break;
            case "zombie_workers":
                faults.ZombieWorkers = Int(value);
                break;
            case "fail_next_prompts":
                faults.FailNextPrompts = Int(value);
                break;
            case "mute_sockets":
                faults.MuteSockets = PyText.IsTrue(value);
                break;
            case "ignore_interrupt":
                faults.IgnoreInterrupt = PyText.IsTrue(value);
                break;
            case "out_of_memory_when_models_exceed_vram":
                faults.OutOfMemoryWhenModelsExceedVram = PyText.IsTrue(value);
                break;
            default:
                throw new PythonException("KeyError", $"There is no fault \"{name}\".");
        }
    }

    private static void Counts(ConcurrentDictionary<string, int> counts, object? value)
    {
        foreach (var (key, count) in Dict(value))
        {
            counts[key] = Int(count);
        }
    }

    private static int Int(object? value) => (int)(long)PyNumber.ToInt(value);

    private static PyDict Dict(object? value) =>
        value as PyDict ?? throw new PythonException("TypeError", "An object of names and numbers was expected.");
}
