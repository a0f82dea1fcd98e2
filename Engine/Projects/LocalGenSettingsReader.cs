using Continuity.Engine.Projects.Reading;

namespace Continuity.Engine.Projects;

/// <summary>Reads a stand-alone settings file (<c>localGenSettings.json</c>).</summary>
public static class LocalGenSettingsReader
{
    /// <summary>Reads settings.</summary>
    /// <param name="json">The file, UTF-8 with or without a byte order mark, 64 MB at the most; not closed.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>The settings, or every fault at once. A bare ComfyUI workflow is no settings file, and the fault says so.</returns>
    public static async Task<SettingsReadResult> ReadAsync(Stream json, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(json);
        var log = new ReadLog();
        var slimmer = new ProjectSlimmer(
            new JsonScanner(json, cancellationToken), new MediaDecoder(new HashingMediaSink(), cancellationToken), log);
        using var document = await slimmer.RunAsync(Zone.Settings);
        if (document is null)
        {
            return new SettingsReadResult.Faulty(log.Faults);
        }

        var root = new Element(document.RootElement, JsonPath.Root, log);
        if (!root.IsObject)
        {
            log.Fault(JsonPath.Root, $"must be a settings object, not {root.Kind}");
        }
        else if (!root.Has("workflowProfiles") && IsWorkflow(root))
        {
            log.Fault(JsonPath.Root, "is a ComfyUI workflow, not a settings file: 'workflowProfiles' is missing");
        }

        var settings = SettingsBinder.Bind(root);
        return log.HasFaults ? new SettingsReadResult.Faulty(log.Faults) : new SettingsReadResult.Read(settings, log.Warnings);
    }

    private static bool IsWorkflow(Element root) =>
        root.Has("prompt") || root.Has("nodes") || root.Properties().Any(property => property.Value.Has("class_type"));
}
