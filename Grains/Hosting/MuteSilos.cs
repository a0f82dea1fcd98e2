using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

using Orleans.Configuration;

namespace Continuity.Grains.Hosting;

/// <summary>
/// Takes silos out of the cluster that can be reached but cannot reach the database: they answer probes, so nobody finds them dead, yet no pipeline can live
/// there. Judged by the sign of life that every silo writes into the membership table, and by this silo's own clock, since theirs may be wrong. Orleans writes that sign too,
/// but lets more and more time pass after writes that failed (40 s after a few restarts of the database, seen): this one is back a second after the database.
/// </summary>
internal sealed partial class MuteSilos(
    IMembershipTable table,
    IClusterMembershipService membership,
    ISiloStatusOracle silos,
    IOptions<ClusterMembershipOptions> options,
    TimeProvider time,
    ILogger<MuteSilos> logger) : BackgroundService
{
    // Missed signs of life in a row.
    private const int Patience = 3;

    private static readonly TimeSpan Again = TimeSpan.FromSeconds(1);

    private readonly Dictionary<SiloAddress, (DateTime Written, long SeenAt)> _signs = [];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var period = options.Value.IAmAliveTablePublishTimeout;
        var (lookedAt, pause) = (time.GetTimestamp(), period);
        while (true)
        {
            await Task.Delay(pause, time, stoppingToken);
            if (time.GetElapsedTime(lookedAt) > period * 1.5)
            {
                // This silo stood still itself: what it missed is no silence of others.
                _signs.Clear();
            }

            lookedAt = time.GetTimestamp();
            try
            {
                await table.UpdateIAmAliveAsync(new MembershipEntry { SiloAddress = silos.SiloAddress, IAmAliveTime = time.GetUtcNow().UtcDateTime }, stoppingToken);
                await LookAsync(await table.ReadAllAsync(stoppingToken), period * Patience, stoppingToken);
                pause = period;
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                // This silo cannot use the table itself: it judges nobody, and begins anew.
                if (pause == period)
                {
                    LogUnread(exception);
                }

                _signs.Clear();
                pause = Again;
            }
        }
    }

    private async Task LookAsync(MembershipTableData data, TimeSpan patience, CancellationToken cancellationToken)
    {
        var active = data.Members.Select(member => member.Item1).Where(member => member.Status is SiloStatus.Active).ToDictionary(member => member.SiloAddress, member => member.IAmAliveTime);

        var now = time.GetTimestamp();
        if (!active.ContainsKey(silos.SiloAddress))
        {
            // One that is not in the cluster, or no longer, judges nobody.
            _signs.Clear();
            return;
        }

        foreach (var (silo, written) in active)
        {
            if (!_signs.TryGetValue(silo, out var sign) || sign.Written != written)
            {
                _signs[silo] = (written, now);
            }
            else if (!silo.Equals(silos.SiloAddress) && time.GetElapsedTime(sign.SeenAt) > patience)
            {
                LogMute(silo, time.GetElapsedTime(sign.SeenAt).TotalSeconds);
                await membership.TryKill(silo);
                _signs.Remove(silo);
            }

            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    [LoggerMessage(4005, LogLevel.Error, "Silo {Silo} has written no sign of life for {Seconds:0} s, though the database can be reached from here; it is taken out of the cluster. Look at its way to the database.")]
    private partial void LogMute(SiloAddress silo, double seconds);

    [LoggerMessage(4006, LogLevel.Warning, "The membership table could not be read or written; it is tried again.")]
    private partial void LogUnread(Exception exception);
}
