using Continuity.Engine.Scheduling;
using Continuity.Gpu;

namespace Continuity.Grains.Gpu;

/// <summary>The durable part of the fleet, as stored. Members are only ever added.</summary>
[GenerateSerializer, Alias("continuity.gpu-fleet")]
internal sealed class GpuFleetState
{
    /// <summary>The form of the record, for a later version to know it by.</summary>
    [Id(0)]
    public int Format { get; set; } = 1;

    [Id(1)]
    public List<StoredGpu> Gpus { get; set; } = [];

    [Id(2)]
    public List<string> Removed { get; set; } = [];

    public static GpuFleetState Of(GpuFleet fleet) => new()
    {
        Gpus =
        [
            .. fleet.Gpus.Values.Select(gpu => new StoredGpu
            {
                Id = gpu.Registration.Id.Value,
                Address = gpu.Registration.Address.AbsoluteUri,
                Name = gpu.Registration.Name,
                Silo = gpu.Registration.Owner,
                Mode = gpu.Mode.ToString(),
            }),
        ],
        Removed = [.. fleet.Removed.Keys],
    };

    public GpuFleet ToFleet() => GpuFleet.Empty with
    {
        Gpus = GpuFleet.Empty.Gpus.AddRange(Gpus.Select(gpu => KeyValuePair.Create(gpu.Id, gpu.ToEntry()))),
        Removed = GpuFleet.Empty.Removed.AddRange(Removed.Select(id => KeyValuePair.Create(id, new FleetRemoval(ForGood: true, Session: null)))),
    };
}

/// <summary>A GPU, as stored.</summary>
[GenerateSerializer, Alias("continuity.stored-gpu")]
internal sealed class StoredGpu
{
    [Id(0)]
    public string Id { get; set; } = "";

    [Id(1)]
    public string Address { get; set; } = "";

    [Id(2)]
    public string Name { get; set; } = "";

    /// <summary>The silo whose configuration names it; empty for one that an operator added.</summary>
    [Id(3)]
    public string Silo { get; set; } = "";

    /// <summary>One of <see cref="GpuMode"/>, by name.</summary>
    [Id(4)]
    public string Mode { get; set; } = nameof(GpuMode.Active);

    public FleetEntry ToEntry() => new(
        new GpuRegistration(new GpuId(Id), new Uri(Address), Name)
        {
            Origin = Silo.Length > 0 ? GpuOrigin.Configured : GpuOrigin.Added,
            Owner = Silo,
        },
        Enum.TryParse<GpuMode>(Mode, out var mode) ? mode : GpuMode.Paused); // a mode of a later version: kept from work until somebody says
}
