using System.Collections.Immutable;
using System.Text.Json;
using System.Text.RegularExpressions;

using Continuity.Tasks;

namespace Continuity.ComfyUI.Client;

/// <summary>Tells the sort of a fault from what ComfyUI says about it, and says it in words for a person.</summary>
public static partial class FaultClassifier
{
    private const int LongestMessage = 600;

    // Lower case. The first group goes before the second: "CUDA error: out of memory" is no broken GPU.
    private static readonly ImmutableArray<string> OutOfMemoryTexts =
    [
        "out of memory", "allocation on device", "cublas_status_alloc_failed", "cudaerrormemoryallocation", "not enough gpu video memory",
        "defaultcpuallocator: can't allocate memory", "defaultcpuallocator: not enough memory", "would exceed allowed memory",
    ];

    private static readonly ImmutableArray<string> GpuTexts =
    [
        "cuda error", "cuda driver", "cudaerror", "cudnn error", "cudnn_status", "cublas_status", "cusolver_status", "cufft_", "nccl error", "hip error",
        "hiperror", "miopen error", "device-side assert", "illegal memory access", "unspecified launch failure", "uncorrectable ecc", "driver shutting down",
        "no cuda-capable device", "found no nvidia driver", "no cuda gpus are available", "fallen off the bus", "gpu is lost", "nvml error",
        "torch not compiled with cuda enabled", "no kernel image is available",
    ];

    private static readonly ImmutableArray<string> MissingFileTexts =
    [
        "no such file or directory", "could not detect model type of", "safetensors_rust", "error while deserializing header", "incomplete metadata, file not fully covered",
        "invalid image file", "invalid video file", "invalid audio file",
    ];

    /// <summary>The extensions of files that hold models.</summary>
    internal static ImmutableArray<string> ModelExtensions { get; } =
        [".safetensors", ".sft", ".ckpt", ".pt", ".pt2", ".pth", ".bin", ".pkl", ".gguf", ".onnx", ".engine"];

    /// <summary>Classifies an exception that a node threw while it ran.</summary>
    /// <param name="exceptionType">The exception's Python type, such as <c>torch.cuda.OutOfMemoryError</c>.</param>
    /// <param name="exceptionMessage">Its message.</param>
    /// <param name="nodeId">The node, where it is known.</param>
    /// <param name="nodeClass">The node's class, where it is known.</param>
    /// <param name="nodeTitle">The node's title, where it has one.</param>
    /// <returns>The fault, without the GPU's id.</returns>
    public static TaskFault OfExecution(string exceptionType, string exceptionMessage, string? nodeId, string? nodeClass, string? nodeTitle)
    {
        var said = Shorten(exceptionMessage.Trim());
        var where = Where(nodeId, nodeClass, nodeTitle);
        var faultClass = ClassOf(exceptionType, exceptionMessage);
        var message = faultClass switch
        {
            FaultClass.OutOfMemory => $"{where} ran out of memory: {FirstLine(said)}",
            FaultClass.Gpu => $"{where} met a fault of the GPU or its driver: {said}",
            FaultClass.Missing => $"{where} could not load a file on this ComfyUI: {said}",
            FaultClass.NoOutput => $"{where} was kept from running: {said}",
            _ => $"{where} failed: {said}{(exceptionType.Length > 0 ? $" ({exceptionType})" : "")}",
        };
        return new TaskFault(faultClass, message, nodeId);
    }

    /// <summary>Classifies an answer that refuses a prompt, or a part of it.</summary>
    /// <param name="answer">The answer's JSON: <c>error</c> and <c>node_errors</c>.</param>
    /// <param name="titleOf">Gives a node's title, or <see langword="null"/>.</param>
    /// <returns>The fault, with all that the answer says about every node.</returns>
    public static TaskFault OfRefusal(JsonElement answer, Func<string, string?>? titleOf = null)
    {
        var errors = NodeErrors(answer).ToImmutableArray();
        var (type, general) = GeneralError(answer);
        if (errors.IsEmpty)
        {
            // The wording until autumn 2025, and the type that later versions give.
            var missingNode = type == "missing_node_type" || (type == "invalid_prompt" && general.Contains("does not exist", StringComparison.OrdinalIgnoreCase));
            return new TaskFault(
                missingNode ? FaultClass.Missing : FaultClass.Validation,
                missingNode ? $"This ComfyUI lacks a node of the workflow: {general}" : $"ComfyUI refused the workflow: {general}",
                NodeIdIn(general));
        }

        // Nodes that depend on a faulty one are reported too: they say nothing new.
        var own = errors.Where(error => error.Type != "exception_during_validation").ToImmutableArray();
        own = own.IsEmpty ? errors : own;
        var missing = own.All(error => error.IsMissingFile);
        var lines = own.Select(error => $"{Where(error.NodeId, error.NodeClass, titleOf?.Invoke(error.NodeId))}: {error.Text}").Distinct(StringComparer.Ordinal);
        var message = (missing ? "This ComfyUI lacks files of the workflow: " : "ComfyUI refused the workflow: ") + string.Join("; ", lines);
        return new TaskFault(missing ? FaultClass.Missing : FaultClass.Validation, Shorten(message, 4 * LongestMessage), own[0].NodeId);
    }

    /// <summary>Whether a value of an input names a model file.</summary>
    /// <param name="value">The value.</param>
    /// <returns><see langword="true"/> when its extension is one of a model file.</returns>
    internal static bool IsModelFile(string value) => ModelExtensions.Any(extension => value.EndsWith(extension, StringComparison.OrdinalIgnoreCase));

    private static FaultClass ClassOf(string type, string message)
    {
        var text = message.ToLowerInvariant();
        if (type.EndsWith("OutOfMemoryError", StringComparison.Ordinal) || type is "MemoryError" || OutOfMemoryTexts.Any(text.Contains))
        {
            return FaultClass.OutOfMemory;
        }

        if (type.EndsWith("AcceleratorError", StringComparison.Ordinal) || GpuTexts.Any(text.Contains))
        {
            return FaultClass.Gpu;
        }

        if (type.EndsWith("ExecutionBlocked", StringComparison.Ordinal))
        {
            return FaultClass.NoOutput;
        }

        return type.EndsWith("FileNotFoundError", StringComparison.Ordinal) || type.EndsWith("SafetensorError", StringComparison.Ordinal)
            || MissingFileTexts.Any(text.Contains)
            || (text.Contains("not found", StringComparison.Ordinal) && ModelExtensions.Any(extension => text.Contains(extension, StringComparison.Ordinal)))
            ? FaultClass.Missing
            : FaultClass.Node;
    }

    private static IEnumerable<NodeError> NodeErrors(JsonElement answer)
    {
        if (answer.Property("node_errors") is not { ValueKind: JsonValueKind.Object } nodes)
        {
            yield break;
        }

        foreach (var node in nodes.EnumerateObject())
        {
            foreach (var error in node.Value.Items("errors"))
            {
                yield return NodeError.Read(node.Name, node.Value.Text("class_type"), error);
            }
        }
    }

    private static (string Type, string Text) GeneralError(JsonElement answer) => answer.Property("error") switch
    {
        { ValueKind: JsonValueKind.String } text => ("", text.GetString()!),
        { ValueKind: JsonValueKind.Object } error => (error.Text("type") ?? "", Joined(error.Text("message"), error.Text("details"))),
        _ => ("", "it gave no reason"),
    };

    private static string Joined(string? message, string? details) =>
        string.IsNullOrWhiteSpace(details) || details == message ? message ?? "it gave no reason" : $"{message} {Shorten(details.Trim())}";

    private static string? NodeIdIn(string text) => NodeIdPattern().Match(text) is { Success: true } match ? match.Groups["id"].Value : null;

    private static string Where(string? nodeId, string? nodeClass, string? title)
    {
        var named = title is { Length: > 0 } && title != nodeClass ? $" “{title}”" : "";
        return nodeId is null ? nodeClass ?? "A node" : $"Node {nodeId}{named}{(nodeClass is null ? "" : $" ({nodeClass})")}";
    }

    private static string FirstLine(string text) => text.Split('\n', 2)[0];

    private static string Shorten(string text, int length = LongestMessage) => text.Length <= length ? text : string.Concat(text.AsSpan(0, length), "…");

    [GeneratedRegex(@"Node ID '#(?<id>.+?)'")]
    private static partial Regex NodeIdPattern();

    [GeneratedRegex(@"^([^:]+: )?'(?<value>.*?)' not in ", RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex ValueNotInListPattern();

    private sealed record NodeError(string NodeId, string? NodeClass, string Type, string Text, bool IsMissingFile)
    {
        public static NodeError Read(string nodeId, string? nodeClass, JsonElement error)
        {
            var type = error.Text("type") ?? "";
            var details = error.Text("details") ?? "";
            var received = error.Property("extra_info")?.Text("received_value")
                ?? (ValueNotInListPattern().Match(details) is { Success: true } match ? match.Groups["value"].Value : "");
            var missing = type switch
            {
                "value_not_in_list" => IsModelFile(received),
                "custom_validation_failed" => MissingFileTexts.Any(details.ToLowerInvariant().Contains),
                _ => false,
            };
            return new NodeError(nodeId, nodeClass, type, Joined(error.Text("message"), details), missing);
        }
    }
}
