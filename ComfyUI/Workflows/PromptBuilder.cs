using System.Text.Json.Nodes;

using Continuity.Profiles;

namespace Continuity.ComfyUI.Workflows;

/// <summary>Fills the values of a task into a profile's workflow.</summary>
public static class PromptBuilder
{
    /// <summary>Builds a prompt. The same arguments give the same prompt, unless it has to choose a seed.</summary>
    /// <param name="profile">The profile.</param>
    /// <param name="values">
    /// Input name, or <c>nodeId:inputName</c>, to value: a string, a number or a boolean. Pictures and videos by the name that
    /// <see cref="Client.IComfyClient.UploadAsync"/> returned. The profile's defaults stand in for names that are missing here.
    /// </param>
    /// <param name="seed">The seed, unless <paramref name="values"/> has one; <see langword="null"/> to take the profile's, or else a random one.</param>
    /// <param name="filenamePrefix">Folder and name for what the workflow saves, new for every attempt, with forward slashes.</param>
    /// <returns>The prompt.</returns>
    /// <exception cref="WorkflowException">The workflow or the values cannot be used; every fault is told.</exception>
    public static BuiltPrompt Build(WorkflowProfile profile, IReadOnlyDictionary<string, JsonNode> values, long? seed, string filenamePrefix) =>
        throw new NotSupportedException();
}
