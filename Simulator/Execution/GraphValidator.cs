using Continuity.Simulator.Json;
using Continuity.Simulator.Nodes;
using Continuity.Simulator.Storage;

namespace Continuity.Simulator.Execution;

/// <summary>The outcome of validation: outputs to execute, or the error; node errors go with both.</summary>
internal sealed record ValidationResult(PyDict? Error, IReadOnlyList<string> Outputs, PyDict NodeErrors);

/// <summary>Checks one prompt as the real server does, and converts its values in place.</summary>
internal sealed class GraphValidator(PyDict prompt, NodeCatalog catalog, DataFolders folders, int seed)
{
    private readonly OrderedDictionary<string, (bool IsValid, List<object?> Reasons)> _validated = new(StringComparer.Ordinal);
    private readonly HashSet<string> _open = new(StringComparer.Ordinal);

    public ValidationResult Validate(object? partialTargets)
    {
        var outputs = new List<string>();
        foreach (var (id, value) in prompt)
        {
            if (Classify(id, value, out var definition) is { } error)
            {
                return new ValidationResult(error, [], []);
            }

            if (definition!.IsOutput && (partialTargets is null || Contains(partialTargets, id)))
            {
                outputs.Add(id);
            }
        }

        if (outputs.Count == 0)
        {
            return new ValidationResult(Problem("prompt_no_outputs", "Prompt has no outputs", "", []), [], []);
        }

        return ValidateOutputs([.. outputs.OrderBy(id => StableHash.Of(seed, id))]);
    }

    private static PyDict Problem(string type, string message, string details, PyDict extraInfo) =>
        new() { ["type"] = type, ["message"] = message, ["details"] = details, ["extra_info"] = extraInfo };

    private static PyDict ExceptionReason(PythonException e) => Problem(
        "exception_during_validation",
        "Exception when validating node",
        e.Message,
        new PyDict { ["exception_type"] = e.Type, ["traceback"] = Traceback.Of("execution.py", "validate_inputs", e) });

    private static bool Contains(object? targets, string id) => targets switch
    {
        List<object?> list => list.Contains(id),
        PyDict dict => dict.ContainsKey(id),
        string text => text.Contains(id, StringComparison.Ordinal),
        _ => throw new PythonException("TypeError", $"argument of type '{PyText.TypeName(targets)}' is not iterable"),
    };

    private PyDict? Classify(string id, object? value, out NodeDefinition? definition)
    {
        definition = null;
        var has = value switch
        {
            PyDict dict => dict.ContainsKey("class_type"),
            List<object?> list => list.Contains("class_type"),
            string text => text.Contains("class_type", StringComparison.Ordinal),
            _ => throw new PythonException("TypeError", $"argument of type '{PyText.TypeName(value)}' is not iterable"),
        };
        if (!has)
        {
            return Problem("invalid_prompt", "Cannot execute because a node is missing the class_type property.", $"Node ID '#{id}'", []);
        }

        if (value is not PyDict node)
        {
            throw new PythonException("TypeError", "indices must be integers");
        }

        definition = node["class_type"] is string name ? catalog.Find(name) : null;
        return definition is null
            ? Problem("invalid_prompt", $"Cannot execute because node {PyText.Str(node["class_type"])} does not exist.", $"Node ID '#{id}'", [])
            : null;
    }

    private ValidationResult ValidateOutputs(List<string> outputs)
    {
        var good = new List<string>();
        var failed = new List<PyDict>();
        var nodeErrors = new PyDict();
        foreach (var output in outputs)
        {
            if (TryValidate(output, out var reasons))
            {
                good.Add(output);
                continue;
            }

            failed.AddRange(reasons.Cast<PyDict>());
            CollectNodeErrors(output, nodeErrors);
        }

        if (good.Count > 0)
        {
            return new ValidationResult(null, good, nodeErrors);
        }

        var details = string.Join('\n', failed.Select(r => $"{r["message"]}: {r["details"]}"));
        return new ValidationResult(Problem("prompt_outputs_failed_validation", "Prompt outputs failed validation", details, []), [], nodeErrors);
    }

    private bool TryValidate(string output, out List<object?> reasons)
    {
        try
        {
            (var isValid, reasons) = ValidateNode(output);
            return isValid;
        }
        catch (PythonException e)
        {
            reasons = [ExceptionReason(e)];
            _validated[output] = (false, reasons);
            return false;
        }
        finally
        {
            _open.Clear();
        }
    }

    private void CollectNodeErrors(string output, PyDict nodeErrors)
    {
        foreach (var (id, (isValid, reasons)) in _validated)
        {
            if (isValid || reasons.Count == 0)
            {
                continue;
            }

            if (nodeErrors.Find(id) is not PyDict entry)
            {
                entry = new PyDict
                {
                    ["errors"] = reasons,
                    ["dependent_outputs"] = new List<object?>(),
                    ["class_type"] = ((PyDict)prompt[id]!)["class_type"],
                };
                nodeErrors[id] = entry;
            }

            ((List<object?>)entry["dependent_outputs"]!).Add(output);
        }
    }

    private (bool IsValid, List<object?> Reasons) ValidateNode(string id)
    {
        if (_validated.TryGetValue(id, out var known))
        {
            return known;
        }

        // The real server recurses until Python stops it and loses the reasons on the way back: a cycle is invalid without any.
        if (!_open.Add(id))
        {
            return (false, []);
        }

        var node = (PyDict)prompt[id]!;
        if (!node.TryGetValue("inputs", out var value))
        {
            throw new PythonException("KeyError", "'inputs'");
        }

        if (value is not PyDict inputs)
        {
            throw new PythonException("TypeError", $"argument of type '{PyText.TypeName(value)}' is not iterable");
        }

        var definition = catalog.Find((string)node["class_type"]!)!;
        var check = new InputChecks(definition, inputs, folders);
        var isValid = true;
        foreach (var input in definition.Inputs)
        {
            if (inputs.TryGetValue(input.Name, out var given) && given is List<object?> { Count: 2 } link)
            {
                isValid &= ValidateLink(check, input, link);
            }
            else
            {
                check.Check(input);
            }
        }

        check.CheckFile();
        var result = (isValid && check.Errors.Count == 0, check.Errors);
        _validated[id] = result;
        _open.Remove(id);
        return result;
    }

    private bool ValidateLink(InputChecks check, InputDefinition input, List<object?> link)
    {
        var source = ResolveSource(link[0]);
        if (!check.CheckLinkType(input, link, ReturnType(source.Definition, link[1])))
        {
            return true; // reported as this node's own error
        }

        try
        {
            return ValidateNode(source.Id).IsValid;
        }
        catch (PythonException e)
        {
            _open.Remove(source.Id);
            _validated[source.Id] = (false, [check.InnerException(input, link, e)]);
            return false;
        }
    }

    private (string Id, NodeDefinition Definition) ResolveSource(object? id)
    {
        if (id is List<object?> or PyDict)
        {
            throw new PythonException("TypeError", $"unhashable type: '{PyText.TypeName(id)}'");
        }

        return id is string text && prompt.Find(text) is PyDict node
            ? (text, catalog.Find((string)node["class_type"]!)!)
            : throw new PythonException("KeyError", PyText.Repr(id));
    }

    private static string ReturnType(NodeDefinition source, object? slot)
    {
        var kind = source.IsV3 ? "list" : "tuple";
        if (slot is not (long or bool))
        {
            throw new PythonException("TypeError", $"{kind} indices must be integers or slices, not {PyText.TypeName(slot)}");
        }

        var index = (int)Math.Clamp(PyNumber.ToFloat(slot), -1000, 1000);
        index = index < 0 ? index + source.ReturnTypes.Count : index;
        return index >= 0 && index < source.ReturnTypes.Count
            ? source.ReturnTypes[index]
            : throw new PythonException("IndexError", $"{kind} index out of range");
    }
}
