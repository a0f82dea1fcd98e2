namespace Continuity.Grains.Stores;

/// <summary>The id of the store that this silo works on, read once. Prompts carry it, so that a farm never touches those of another on the same ComfyUI.</summary>
internal sealed class FarmIdentity(IPipelineStore store)
{
    private string? _id;

    public async Task<string> GetAsync(CancellationToken cancellationToken = default) => _id ??= await store.GetFarmIdAsync(cancellationToken);
}
