namespace Continuity.Engine.Projects.Reading;

/// <summary>The file cannot be read on from here; caught at the readers' edge and told as a fault.</summary>
internal sealed class JsonSyntaxException(string message) : Exception(message);
