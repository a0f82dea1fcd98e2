namespace Continuity.Grains.Stores.Postgres;

/// <summary>One step of the schema.</summary>
/// <param name="Number">Counts up from 1.</param>
/// <param name="OldestCompatible">The newest step that a program must know to work on a database with this one; lower than the number where the step only adds.</param>
/// <param name="Sql">The script.</param>
internal sealed record SchemaStep(int Number, int OldestCompatible, string Sql)
{
    public static SchemaStep Load(int number, int oldestCompatible, string name)
    {
        using var stream = typeof(SchemaStep).Assembly.GetManifestResourceStream(name) ?? throw new InvalidOperationException($"The script {name} is not in the program.");
        using var reader = new StreamReader(stream);
        return new SchemaStep(number, oldestCompatible, reader.ReadToEnd());
    }
}
