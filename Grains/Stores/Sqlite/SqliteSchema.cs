namespace Continuity.Grains.Stores.Sqlite;

/// <summary>The tables, as numbered steps that are applied once each. A step is never changed after a release: a new one is added.</summary>
internal static class SqliteSchema
{
    internal static readonly IReadOnlyList<string> Steps =
    [
        """
        CREATE TABLE pipeline (
            id TEXT PRIMARY KEY,
            version INTEGER NOT NULL,
            status TEXT NOT NULL,
            name TEXT NOT NULL,
            created INTEGER NOT NULL,
            summary TEXT NOT NULL
        ) WITHOUT ROWID;
        CREATE TABLE definition (
            pipeline TEXT PRIMARY KEY REFERENCES pipeline (id) ON DELETE CASCADE,
            json BLOB NOT NULL
        );
        CREATE INDEX pipeline_newest ON pipeline (created DESC, id DESC);
        CREATE INDEX pipeline_by_status ON pipeline (status, created DESC, id DESC);
        CREATE TABLE task (
            pipeline TEXT NOT NULL REFERENCES pipeline (id) ON DELETE CASCADE,
            position INTEGER NOT NULL,
            state TEXT NOT NULL,
            row TEXT NOT NULL,
            PRIMARY KEY (pipeline, position)
        ) WITHOUT ROWID;
        CREATE TABLE event (
            pipeline TEXT NOT NULL REFERENCES pipeline (id) ON DELETE CASCADE,
            version INTEGER NOT NULL,
            position INTEGER NOT NULL,
            at INTEGER NOT NULL,
            task TEXT,
            name TEXT NOT NULL,
            text TEXT NOT NULL,
            PRIMARY KEY (pipeline, version, position)
        ) WITHOUT ROWID;
        CREATE INDEX event_of_task ON event (pipeline, task, version, position);
        CREATE TABLE operation (
            pipeline TEXT NOT NULL REFERENCES pipeline (id) ON DELETE CASCADE,
            id TEXT NOT NULL,
            version INTEGER NOT NULL,
            PRIMARY KEY (pipeline, id)
        ) WITHOUT ROWID;
        CREATE TABLE grain_state (
            name TEXT NOT NULL,
            grain TEXT NOT NULL,
            version INTEGER NOT NULL,
            data BLOB,
            PRIMARY KEY (name, grain)
        ) WITHOUT ROWID;
        """,

        // The key sha256 stands for an artifact wherever it is in a definition or a row.
        """
        CREATE TABLE farm (id TEXT NOT NULL);
        INSERT INTO farm (id) VALUES (lower(hex(randomblob(6))));
        CREATE TABLE artifact_use (
            sha256 TEXT NOT NULL,
            pipeline TEXT NOT NULL REFERENCES pipeline (id) ON DELETE CASCADE,
            PRIMARY KEY (sha256, pipeline)
        ) WITHOUT ROWID;
        CREATE INDEX artifact_use_of_pipeline ON artifact_use (pipeline);
        INSERT OR IGNORE INTO artifact_use (sha256, pipeline)
            SELECT found.value, pipeline FROM definition, json_tree(CAST(definition.json AS TEXT)) AS found WHERE found.key = 'sha256';
        INSERT OR IGNORE INTO artifact_use (sha256, pipeline)
            SELECT found.value, pipeline FROM task, json_tree(task.row) AS found WHERE found.key = 'sha256';
        CREATE TABLE write_probe (id INTEGER PRIMARY KEY, at INTEGER NOT NULL);
        """,

        // The indexes of lists hold the name, too: searches look through them.
        """
        DROP INDEX pipeline_newest;
        DROP INDEX pipeline_by_status;
        CREATE INDEX pipeline_newest ON pipeline (created DESC, id DESC, name);
        CREATE INDEX pipeline_by_status ON pipeline (status, created DESC, id DESC, name);
        """,
    ];

    public static void Apply(SqliteSession session, string path) => session.Transact("BEGIN IMMEDIATE", _ =>
    {
        var version = session.Query("PRAGMA user_version", reader => reader.GetInt32(0))[0];
        if (version > Steps.Count)
        {
            throw new InvalidOperationException(
                $"The store {path} was written by a newer version of this program (schema {version}, known up to {Steps.Count}). Update the program, or use another --data folder.");
        }

        for (var step = version; step < Steps.Count; step++)
        {
            session.Execute(Steps[step]);
        }

        return session.Execute($"PRAGMA user_version = {Steps.Count}");
    });
}
