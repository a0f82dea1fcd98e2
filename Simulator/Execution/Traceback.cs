using Continuity.Simulator.Json;

namespace Continuity.Simulator.Execution;

/// <summary>Tracebacks have the real one's shape (a list of "  File ..., line n, in f\n    code\n"); their lines are made up.</summary>
internal static class Traceback
{
    public static List<object?> Of(string file, string function, PythonException e) =>
    [
        $"  File \"/comfy/app/{file}\", line {700 + (StableHash.Of(0, function) % 90)}, in {function}\n    raise {e.Type}\n",
    ];

    public static List<object?> OfNode(string classType, PythonException e) =>
    [
        "  File \"/comfy/app/execution.py\", line 496, in execute\n    output_data, output_ui, has_subgraph, has_pending_tasks = await get_output_data(...)\n",
        "  File \"/comfy/app/execution.py\", line 315, in get_output_data\n    return_values = await _async_map_node_over_list(...)\n",
        "  File \"/comfy/app/execution.py\", line 289, in _async_map_node_over_list\n    await process_inputs(input_dict, i)\n",
        "  File \"/comfy/app/execution.py\", line 277, in process_inputs\n    result = f(**inputs)\n             ^^^^^^^^^^^\n",
        $"  File \"/comfy/app/nodes/{classType}.py\", line 82, in run\n    raise {e.Type}(message)\n",
    ];
}
