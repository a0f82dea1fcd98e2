namespace Continuity.Grains.Hosting;

/// <summary>
/// References to grains of one interface. The factory finds out by reflection, with every call, what the interface is called and which grain implements it; that
/// costs more than the call itself where a grain is made for every task.
/// </summary>
internal sealed class GrainReferences<T>
    where T : class, IGrainWithStringKey
{
    private readonly IGrainFactory _grains;
    private readonly GrainType _type;
    private readonly GrainInterfaceType _interface;

    public GrainReferences(IGrainFactory grains)
    {
        _grains = grains;
        var sample = (GrainReference)(object)grains.GetGrain<T>("sample");
        (_type, _interface) = (sample.GrainId.Type, sample.InterfaceType);
    }

    public T Get(string key) => (T)_grains.GetGrain(GrainId.Create(_type, IdSpan.Create(key)), _interface);
}
