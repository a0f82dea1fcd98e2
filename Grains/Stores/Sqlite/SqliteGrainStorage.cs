using System.Globalization;

using Orleans.Storage;

namespace Continuity.Grains.Stores.Sqlite;

/// <summary>
/// Orleans grain state (GPU epochs, stream subscriptions: small and rare) in the same SQLite file. The provider in the framework blocks its transaction for good
/// after a busy timeout, so this one shares the writer thread instead.
/// </summary>
internal sealed class SqliteGrainStorage(SqliteDatabase database, IGrainStorageSerializer serializer) : IGrainStorage
{
    public async Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var row = await database.ReadAsync(
            session => session.Query(
                "SELECT version, data FROM grain_state WHERE name = $1 AND grain = $2",
                reader => (Version: reader.GetInt64(0), Data: reader.IsDBNull(1) ? null : reader.GetFieldValue<byte[]>(1)),
                stateName,
                grainId.ToString()),
            CancellationToken.None);
        grainState.RecordExists = row.Count > 0 && row[0].Data is not null;
        grainState.ETag = row.Count > 0 ? Etag(row[0].Version) : null;
        grainState.State = grainState.RecordExists ? serializer.Deserialize<T>(new BinaryData(row[0].Data!)) : Activator.CreateInstance<T>();
    }

    public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        // Serialized here, on the grain's own thread: the writer must not see the state while the grain changes it.
        var data = serializer.Serialize(grainState.State).ToArray();
        grainState.ETag = await PutAsync(stateName, grainId, grainState.ETag, data);
        grainState.RecordExists = true;
    }

    public async Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        if (grainState.ETag is not null)
        {
            grainState.ETag = await PutAsync(stateName, grainId, grainState.ETag, null);
        }

        grainState.RecordExists = false;
        grainState.State = Activator.CreateInstance<T>();
    }

    private async Task<string> PutAsync(string stateName, GrainId grainId, string? etag, byte[]? data)
    {
        var expected = etag is null ? 0 : long.Parse(etag, CultureInfo.InvariantCulture);
        var written = await database.WriteAsync(
            session => session.Execute(
                expected == 0
                    ? "INSERT INTO grain_state (name, grain, version, data) VALUES ($1, $2, 1, $3) ON CONFLICT DO NOTHING"
                    : "UPDATE grain_state SET version = version + 1, data = $3 WHERE name = $1 AND grain = $2 AND version = $4",
                stateName,
                grainId.ToString(),
                data,
                expected),
            CancellationToken.None);
        return written == 1
            ? Etag(expected + 1)
            : throw new InconsistentStateException($"The state '{stateName}' of {grainId} was changed by another activation.", "", etag ?? "");
    }

    private static string Etag(long version) => version.ToString(CultureInfo.InvariantCulture);
}
