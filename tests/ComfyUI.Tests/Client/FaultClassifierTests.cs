using System.Text.Json;

using Continuity.ComfyUI.Client;
using Continuity.Tasks;

using CsCheck;

namespace Continuity.ComfyUI.Tests.Client;

public sealed class FaultClassifierTests
{
    [Theory]
    [InlineData("torch.cuda.OutOfMemoryError", "CUDA out of memory. Tried to allocate 20.00 GiB", FaultClass.OutOfMemory)]
    [InlineData("torch.OutOfMemoryError", "Allocation on device", FaultClass.OutOfMemory)]
    [InlineData("RuntimeError", "CUDA error: out of memory", FaultClass.OutOfMemory)]
    [InlineData("MemoryError", "", FaultClass.OutOfMemory)]
    [InlineData("RuntimeError", "CUDA error: an illegal memory access was encountered", FaultClass.Gpu)]
    [InlineData("torch.AcceleratorError", "something", FaultClass.Gpu)]
    [InlineData("RuntimeError", "cuDNN error: CUDNN_STATUS_EXECUTION_FAILED", FaultClass.Gpu)]
    [InlineData("FileNotFoundError", "Model in folder 'upscale_models' with filename 'nope.pth' not found.\n", FaultClass.Missing)]
    [InlineData("RuntimeError", "ERROR: Could not detect model type of: /models/x.safetensors\n", FaultClass.Missing)]
    [InlineData("Exception", "x.gguf not found", FaultClass.Missing)]
    [InlineData("ExecutionBlocked", "Execution Blocked: blocked by the test", FaultClass.NoOutput)]
    [InlineData("ValueError", "'avi' is not a valid VideoContainer\n", FaultClass.Node)]
    [InlineData("KeyError", "key not found", FaultClass.Node)]
    [InlineData("", "", FaultClass.Node)]
    public void OfExecution_KnownTexts_Classified(string type, string message, FaultClass expected) =>
        Assert.Equal(expected, FaultClassifier.OfExecution(type, message, "2", "KSampler", null).Class);

    [Fact]
    public void OfExecution_AnyText_ShortMessageWithoutTrailingLines() => Gen.Select(Gen.String, Gen.String).Sample((type, message) =>
    {
        var fault = FaultClassifier.OfExecution(type, new string('x', 2000) + message + "\n\n", "2", "KSampler", "Main");
        Assert.StartsWith("Node 2 “Main” (KSampler)", fault.Message, StringComparison.Ordinal);
        Assert.InRange(fault.Message.Length, 1, 1000 + type.Length);
    });

    [Fact]
    public void OfRefusal_MissingFileAndWrongValue_ValidationBecauseNoOtherGpuHelps()
    {
        var fault = Refusal("""
            {"4": {"errors": [{"type": "value_not_in_list", "message": "Value not in list", "details": "ckpt_name: 'nope.safetensors' not in ['a']", "extra_info": {}}], "class_type": "C"},
             "5": {"errors": [{"type": "value_smaller_than_min", "message": "Value 0 smaller than min of 1", "details": "width", "extra_info": {}}], "class_type": "D"}}
            """);
        Assert.Equal(FaultClass.Validation, fault.Class);
        Assert.Contains("nope.safetensors", fault.Message, StringComparison.Ordinal);
        Assert.Contains("Node 5 (D): Value 0 smaller than min of 1 width", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void OfRefusal_SamplerNotInList_IsNoMissingFile() => Assert.Equal(FaultClass.Validation, Refusal("""
        {"4": {"errors": [{"type": "value_not_in_list", "message": "Value not in list", "details": "sampler_name: 'magic' not in ['euler']", "extra_info": {"received_value": "magic"}}], "class_type": "KSampler"}}
        """).Class);

    [Fact]
    public void OfRefusal_NodesThatOnlyFollow_AreLeftOut()
    {
        var fault = Refusal("""
            {"3": {"errors": [{"type": "exception_during_validation", "message": "Exception when validating node", "details": "tuple", "extra_info": {}}], "class_type": "SaveImage"},
             "1": {"errors": [{"type": "custom_validation_failed", "message": "Custom validation failed for node", "details": "image - Invalid image file: missing.png", "extra_info": {}}], "class_type": "LoadImage"}}
            """);
        Assert.Equal((FaultClass.Missing, "1"), (fault.Class, fault.NodeId));
        Assert.DoesNotContain("SaveImage", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("""{"error": "text"}""")]
    [InlineData("""{"error": null, "node_errors": null}""")]
    [InlineData("""{"error": {"type": 5}, "node_errors": {"1": 3, "2": {"errors": [7, null]}}}""")]
    public void OfRefusal_UnexpectedShapes_StillAFault(string json) =>
        Assert.NotEmpty(FaultClassifier.OfRefusal(JsonDocument.Parse(json).RootElement).Message);

    private static TaskFault Refusal(string nodeErrors) => FaultClassifier.OfRefusal(JsonDocument.Parse(
        $$"""{"error": {"type": "prompt_outputs_failed_validation", "message": "Prompt outputs failed validation", "details": ""}, "node_errors": {{nodeErrors}}}""").RootElement);
}
