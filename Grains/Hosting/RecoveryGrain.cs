namespace Continuity.Grains.Hosting;

/// <summary>The backstop of the recovery sweep: one reminder for the whole cluster, which sweeps even when every silo's own sweep has stopped.</summary>
[Alias("continuity.IRecoveryGrain")]
internal interface IRecoveryGrain : IGrainWithIntegerKey
{
    /// <summary>Makes sure that the reminder is set.</summary>
    [Alias("arm")]
    Task ArmAsync();
}

/// <summary>Has the silo that it happens to be on sweep whenever its reminder comes.</summary>
internal sealed class RecoveryGrain(RecoverySweep sweep) : Grain, IRecoveryGrain, IRemindable
{
    private const string Name = "sweep";

    // Orleans' own minimum.
    private static readonly TimeSpan Period = TimeSpan.FromMinutes(1);

    public Task ArmAsync() => this.RegisterOrUpdateReminder(Name, Period, Period);

    public Task ReceiveReminder(string reminderName, TickStatus status)
    {
        sweep.Trigger();
        return Task.CompletedTask;
    }
}
