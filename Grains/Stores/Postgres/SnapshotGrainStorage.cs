using Orleans.Storage;

namespace Continuity.Grains.Stores.Postgres;

/// <summary>
/// Orleans' ADO.NET storage serializes a state after it waited for a connection, when the grain may be changing it on another thread. This one serializes in the
/// grain's own turn and hands on the bytes. What the database says becomes an exception that can travel to any client.
/// </summary>
internal sealed class SnapshotGrainStorage(IGrainStorage inner, IGrainStorageSerializer serializer, string database) : IGrainStorage
{
    public async Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var bytes = new GrainState<Snapshot>();
        await GuardAsync(inner.ReadStateAsync(stateName, grainId, bytes));
        grainState.RecordExists = bytes is { RecordExists: true, State.Data: not null };
        grainState.ETag = bytes.ETag;
        grainState.State = bytes.State?.Data is { } data ? serializer.Deserialize<T>(data) : Activator.CreateInstance<T>();
    }

    public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var bytes = new GrainState<Snapshot> { State = new Snapshot { Data = serializer.Serialize(grainState.State) }, ETag = grainState.ETag, RecordExists = grainState.RecordExists };
        await GuardAsync(inner.WriteStateAsync(stateName, grainId, bytes));
        grainState.ETag = bytes.ETag;
        grainState.RecordExists = true;
    }

    public async Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var bytes = new GrainState<Snapshot> { ETag = grainState.ETag, RecordExists = grainState.RecordExists };
        if (bytes.ETag is not null)
        {
            await GuardAsync(inner.ClearStateAsync(stateName, grainId, bytes));
        }

        grainState.ETag = bytes.ETag;
        grainState.RecordExists = false;
        grainState.State = Activator.CreateInstance<T>();
    }

    private async Task GuardAsync(Task call)
    {
        try
        {
            await call;
        }
        catch (Exception exception) when (exception is not InconsistentStateException && PostgresFaults.IsOfStore(exception.GetBaseException()))
        {
            throw PostgresFaults.Explain(exception.GetBaseException(), database);
        }
    }

    /// <summary>Takes the bytes as they are.</summary>
    public sealed class Bytes : IGrainStorageSerializer
    {
        public BinaryData Serialize<T>(T? input) => (input as Snapshot)?.Data ?? throw new NotSupportedException($"{typeof(T)} is not serialized here.");

        public T? Deserialize<T>(BinaryData input) => new Snapshot { Data = input } is T snapshot ? snapshot : throw new NotSupportedException($"{typeof(T)} is not deserialized here.");
    }

    private sealed class Snapshot
    {
        public BinaryData? Data { get; init; }
    }
}
