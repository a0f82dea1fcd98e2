using Continuity.Engine.Projects.Reading;

namespace Continuity.Engine.Dags;

/// <summary>Refuses keys that nobody would read: in a file written by hand they are mistakes.</summary>
internal static class DagKeys
{
    public static void Check(Element element, params string[] known)
    {
        if (!element.IsObject)
        {
            element.Log.Fault(element.Path, $"must be an object, not {element.Kind}");
        }

        foreach (var (name, value) in element.Properties().Where(property => !known.Contains(property.Name, StringComparer.Ordinal)))
        {
            element.Log.Fault(value.Path, $"the key '{name}' is unknown{Hints.Known(name, known)}");
        }
    }
}
