using Continuity.Simulator.Json;
using Continuity.Simulator.Nodes;
using Continuity.Simulator.Storage;

namespace Continuity.Simulator.Execution;

/// <summary>The checks of one node's inputs. Combos of new-style (V3) nodes are not checked: that is how the real server is.</summary>
internal sealed class InputChecks(NodeDefinition definition, PyDict inputs, DataFolders folders)
{
    private const int LongestListShown = 20;

    public List<object?> Errors { get; } = [];

    // The input that the node's own validation function takes; the general range and list checks leave it alone.
    private string? FileInput => definition.Name switch { "LoadImage" or "LoadImageMask" => "image", "LoadVideo" => "file", _ => null };

    public void Check(InputDefinition input)
    {
        if (!inputs.TryGetValue(input.Name, out var value))
        {
            if (input.IsRequired)
            {
                Add("required_input_missing", "Required input is missing", input.Name, new PyDict { ["input_name"] = input.Name });
            }

            return;
        }

        if (value is List<object?>)
        {
            Add("bad_linked_input", "Bad linked input, must be a length-2 list of [node_id, slot_index]", input.Name, Extra(input, value));
            return;
        }

        if (value is PyDict wrapped && wrapped.TryGetValue("__value__", out var inner))
        {
            value = inner;
            inputs[input.Name] = value;
        }

        if (TryConvert(input, ref value) && input.Name != FileInput)
        {
            CheckRange(input, value);
        }
    }

    public void CheckFile()
    {
        if (FileInput is not { } name || !inputs.TryGetValue(name, out var value))
        {
            return;
        }

        if (value is not string file)
        {
            if (value is not List<object?>)
            {
                throw new PythonException("AttributeError", $"'{PyText.TypeName(value)}' object has no attribute 'endswith'");
            }

            return;
        }

        if (!folders.Exists(file))
        {
            var kind = definition.Name == "LoadVideo" ? "video" : "image";
            Add(
                "custom_validation_failed",
                "Custom validation failed for node",
                $"{name} - Invalid {kind} file: {file}",
                new PyDict { ["input_name"] = name });
        }
    }

    public bool CheckLinkType(InputDefinition input, List<object?> link, string received)
    {
        if (input.Type is string wanted && TypesMatch(received, wanted))
        {
            return true;
        }

        var extra = new PyDict
        {
            ["input_name"] = input.Name,
            ["input_config"] = input.ToInfo(),
            ["received_type"] = received,
            ["linked_node"] = link,
        };
        var details = $"{input.Name}, received_type({received}) mismatch input_type({PyText.Str(input.Type)})";
        Add("return_type_mismatch", "Return type mismatch between linked nodes", details, extra);
        return false;
    }

    public PyDict InnerException(InputDefinition input, List<object?> link, PythonException e) => new()
    {
        ["type"] = "exception_during_inner_validation",
        ["message"] = "Exception when validating inner node",
        ["details"] = e.Message,
        ["extra_info"] = new PyDict
        {
            ["input_name"] = input.Name,
            ["input_config"] = input.ToInfo(),
            ["exception_message"] = e.Message,
            ["exception_type"] = e.Type,
            ["traceback"] = Traceback.Of("execution.py", "validate_inputs", e),
            ["linked_node"] = link,
        },
    };

    private static bool TypesMatch(string received, string wanted)
    {
        if (received == wanted)
        {
            return true;
        }

        var receivedTypes = received.Split(',', StringSplitOptions.TrimEntries);
        var wantedTypes = wanted.Split(',', StringSplitOptions.TrimEntries);
        return receivedTypes.Contains("*") || wantedTypes.Contains("*") || receivedTypes.Intersect(wantedTypes, StringComparer.Ordinal).Any();
    }

    private static PyDict Extra(InputDefinition input, object? value) =>
        new() { ["input_name"] = input.Name, ["input_config"] = input.ToInfo(), ["received_value"] = value };

    private bool TryConvert(InputDefinition input, ref object? value)
    {
        try
        {
            switch (input.Type)
            {
                case "INT":
                    value = PyNumber.ToInt(value);
                    break;
                case "FLOAT":
                    value = PyNumber.ToFloat(value);
                    break;
                case "STRING":
                    value = PyText.Str(value);
                    break;
                case "BOOLEAN":
                    value = PyText.IsTrue(value);
                    break;
                default:
                    return true;
            }

            inputs[input.Name] = value;
            return true;
        }
        catch (PythonException e)
        {
            var extra = Extra(input, value);
            extra["exception_message"] = e.Message;
            Add("invalid_input_type", $"Failed to convert an input value to a {input.Type} value", $"{input.Name}, {PyText.Str(value)}, {e.Message}", extra);
            return false;
        }
    }

    private void CheckRange(InputDefinition input, object? value)
    {
        // NaN is neither smaller nor larger than anything, so it passes.
        if (value is double.NaN)
        {
            return;
        }

        if (input.Config.TryGetValue("min", out var min) && PyNumber.Compare(value, min) < 0)
        {
            Add("value_smaller_than_min", $"Value {PyText.Str(value)} smaller than min of {PyText.Str(min)}", input.Name, Extra(input, value));
        }
        else if (input.Config.TryGetValue("max", out var max) && PyNumber.Compare(value, max) > 0)
        {
            Add("value_bigger_than_max", $"Value {PyText.Str(value)} bigger than max of {PyText.Str(max)}", input.Name, Extra(input, value));
        }
        else if (input.Type is List<object?> choices && !choices.Exists(c => PyNumber.AreEqual(c, value)))
        {
            var isLong = choices.Count > LongestListShown;
            var shown = isLong ? $"(list of length {choices.Count})" : PyText.Repr(choices);
            var extra = Extra(input, value);
            extra["input_config"] = isLong ? null : input.ToInfo();
            Add("value_not_in_list", "Value not in list", $"{input.Name}: '{PyText.Str(value)}' not in {shown}", extra);
        }
    }

    private void Add(string type, string message, string details, PyDict extra) =>
        Errors.Add(new PyDict { ["type"] = type, ["message"] = message, ["details"] = details, ["extra_info"] = extra });
}
