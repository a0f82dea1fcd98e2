using Continuity.Engine.Scheduling;
using Continuity.Gpu;

namespace Continuity.Grains.Gpu;

/// <summary>A GPU as the pool knows it.</summary>
internal sealed class PoolMember(GpuRegistration registration)
{
    private GpuCapabilities? _capabilities;

    // Every ticket that asks is compared with every GPU, and most of them come while no GPU changes.
    private FleetGpu? _view;

    public GpuRegistration Registration { get; set => Change(ref field, value); } = registration;

    public GpuMode Mode { get; set => Change(ref field, value); }

    public GpuStatus Status { get; private set => Change(ref field, value); } = new() { Id = registration.Id };

    public bool Nudged { get; set; }

    /// <summary>When what it can run was last looked at, by the pool's clock.</summary>
    public DateTimeOffset LookedAt { get; private set; }

    /// <summary>Whether its queue is to look again at what it can run.</summary>
    public bool WantsLook { get; private set; }

    /// <summary>Whether its queue knows what it can run, and the pool does not.</summary>
    public bool WantsCapabilities => Status.Capabilities.Length > 0 && Status.Capabilities != _capabilities?.Version;

    /// <summary>Whether nothing is known of it yet, and that will soon be otherwise.</summary>
    public bool IsUnseen => Status.Health == GpuHealth.Unknown || (Status.Health == GpuHealth.Healthy && View().Capabilities is null);

    public bool MayTakeMore => !Nudged && Mode == GpuMode.Active && Status.Health is GpuHealth.Healthy or GpuHealth.Unknown && Status.SlotsUsed < Status.Slots;

    // An instance that is away may come back with other nodes and files.
    public FleetGpu View() => _view ??= new FleetGpu(
        Status with { Mode = Mode },
        Status.Health is GpuHealth.Healthy or GpuHealth.Quarantined && !WantsCapabilities ? _capabilities : null,
        Registration.Name);

    public void Heard(GpuStatus status, DateTimeOffset now)
    {
        Nudged = false;
        if (status.Looks != Status.Looks)
        {
            (LookedAt, WantsLook) = (now, false);
        }

        Status = status;
    }

    public void Described(GpuCapabilities capabilities, DateTimeOffset now)
    {
        _capabilities = capabilities;
        Status = Status with { Capabilities = capabilities.Version };
        LookedAt = now;
    }

    public void Given() => Status = Status with { SlotsUsed = Status.SlotsUsed + 1 };

    public void LookAgain() => WantsLook = true;

    private void Change<T>(ref T field, T value) => (field, _view) = (value, null);
}
