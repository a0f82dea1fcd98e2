using System.Collections.Immutable;
using System.Text.Json.Nodes;

using Continuity.Artifacts;
using Continuity.ComfyUI.Client;
using Continuity.ComfyUI.Workflows;
using Continuity.Gpu;
using Continuity.Profiles;
using Continuity.Tasks;

namespace Continuity.Grains.Tasks;

/// <summary>
/// One attempt on a GPU. The order matters: the slot first, then the durable record of attempt, GPU and prompt id, and only then anything that ComfyUI sees. So
/// whatever dies in between, the record says where to look for the prompt.
/// </summary>
internal sealed class ComfyAttempt(TaskAssignment assignment, IAttemptHost host, AttemptServices services) : IAttempt
{
    // A request of a process that died a moment ago may still be on its way into ComfyUI. One that arrives even later is unwanted, and taken out of its queue.
    private static readonly TimeSpan InFlight = TimeSpan.FromSeconds(1);

    // For so long after the record nobody can have found the silo dead and taken the attempt over.
    private static readonly TimeSpan Undisputed = TimeSpan.FromSeconds(1);

    private readonly AttemptMeter _meter = new(host, services.Time);
    private AttemptRecord? _record = assignment.Recorded;
    private ImmutableDictionary<string, string> _metadata = ImmutableDictionary<string, string>.Empty;
    private PromptFollower? _follower;
    private string? _wantedBack;

    public GpuTime? Gpu => _record is null ? null : _meter.Read(_record.Expected, _follower);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var record = assignment.Recorded is null
            ? await BeginAsync(cancellationToken)
            : await ReattachAsync(assignment.Recorded, cancellationToken);
        if (record is null)
        {
            return;
        }

        _follower = new PromptFollower(record, host, services);
        if (_wantedBack is { } reason)
        {
            // Asked for while it was being sent.
            await _follower.TakeBackAsync(reason, cancellationToken);
        }

        var outputs = await _follower.FollowAsync(assignment.Task, cancellationToken);
        await CollectAsync(record, outputs, cancellationToken);
    }

    public Task TakeBackAsync(string reason, CancellationToken cancellationToken)
    {
        _wantedBack = reason;
        return _follower?.TakeBackAsync(reason, cancellationToken) ?? Task.CompletedTask;
    }

    public async Task CleanUpAsync(CancellationToken cancellationToken)
    {
        if (_record is not { GpuAddress: { } address, PromptId: { } promptId } record)
        {
            return;
        }

        host.Report(TaskPhase.Executing, detail: "being cancelled");
        _follower ??= new PromptFollower(record, host, services);
        var where = await _follower.CancelAsync(address, promptId, cancellationToken);
        await host.ReleaseSlotAsync(new SlotOutcome(null, Executed: false, where is Whereabouts.Running ? promptId : null));
        if (where is Whereabouts.Ended { Outcome: PromptOutcome.Succeeded { Outputs: var outputs } } && OutputRules.Missing(assignment.Task, outputs) is null)
        {
            // It was done before the interrupt came: the GPU's work is kept, where it can be had in time.
            using var limit = new CancellationTokenSource(services.Options.Value.LostAfter, services.Time);
            using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
            await CollectAsync(record, outputs, both.Token);
            return;
        }

        await services.Persistently.CallAsync(() => host.Pipeline.AttemptCancelledAsync(assignment.Task.Id, record.Number, Gpu), cancellationToken);
    }

    private async Task<AttemptRecord?> BeginAsync(CancellationToken cancellationToken)
    {
        host.Report(TaskPhase.Preparing);
        var inputs = await host.WithStorageAsync(services, TaskPhase.Preparing, () => services.Inputs.ResolveAsync(assignment, cancellationToken), cancellationToken);
        var draft = Build(inputs, inputs.Files.ToDictionary(pair => pair.Key, pair => pair.Value.Sha256 + pair.Value.Extension, StringComparer.Ordinal), null, "draft");
        _metadata = inputs.Metadata.SetItems(draft.Metadata);
        if (draft.Warnings.Length > 0)
        {
            _metadata = _metadata.SetItem("warnings", string.Join(" ", draft.Warnings));
        }

        var ticket = TicketFor(draft, inputs);
        var lease = await host.WaitForSlotAsync(ticket, cancellationToken);
        var client = services.Connections.Get(lease.Address);
        var found = await FindLostAsync(client, lease, cancellationToken);
        var record = found is null
            ? new AttemptRecord(assignment.Attempt, services.Time.GetUtcNow(), lease.GpuId, lease.Address, lease.Epoch, Guid.NewGuid().ToString(), draft.Seed, services.Departures.Me, lease.Expected, WaitingSince: ticket.WaitingSince)
            : found with
            {
                Number = assignment.Attempt,
                StartedAt = services.Time.GetUtcNow(),
                GpuId = lease.GpuId,
                LeaseEpoch = lease.Epoch,
                Silo = services.Departures.Me,
                Expected = lease.Expected,
                Gpu = null,
                WaitingSince = ticket.WaitingSince,
            };
        if (!await services.Persistently.CallAsync(() => host.Pipeline.BeginAttemptAsync(assignment.Task.Id, record), cancellationToken))
        {
            await host.ReleaseSlotAsync(new SlotOutcome(null, Executed: false));
            return null;
        }

        _record = record;
        if (found is null && !await SubmitAsync(client, record, inputs, cancellationToken))
        {
            await host.ReleaseSlotAsync(new SlotOutcome(null, Executed: false));
            return null;
        }

        return record;
    }

    // False when the attempt was taken over while this silo stood still: what it was about to send is somebody else's work now.
    private async Task<bool> SubmitAsync(IComfyClient client, AttemptRecord record, ResolvedInputs inputs, CancellationToken cancellationToken)
    {
        var recordedAt = services.Time.GetTimestamp();
        try
        {
            host.Report(TaskPhase.Uploading);
            var names = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var (name, file) in inputs.Files)
            {
                names[name] = await UploadAsync(client, file, cancellationToken);
            }

            var prompt = Build(inputs, names, record.Seed, $"continuity/{assignment.PipelineId}/{Sanitize(assignment.Task.Id)}-{record.PromptId![..8]}");
            var farm = await services.Persistently.CallAsync(() => services.Farm.GetAsync(cancellationToken), cancellationToken);
            var tags = PromptTags.Of(farm, new TicketId(new TaskKey(assignment.PipelineId, assignment.Task.Id), record.Number));
            host.Report(TaskPhase.Staged);
            if (_wantedBack is { } reason)
            {
                throw new AttemptFault(new TaskFault(FaultClass.Drained, reason));
            }

            var submission = new PromptSubmission(record.PromptId!, prompt.Graph)
            {
                Tags = tags,
                IsStillWanted = async token => services.Time.GetElapsedTime(recordedAt) <= Undisputed
                    || await services.Persistently.CallAsync(() => host.Pipeline.IsCurrentAsync(assignment.Task.Id, record), token),
            };
            double? number = null;
            switch (await client.SubmitAsync(submission, cancellationToken))
            {
                case PromptSubmitOutcome.Accepted accepted:
                    number = accepted.Number;
                    break;
                case PromptSubmitOutcome.NotSent:
                    return false;
                case PromptSubmitOutcome.Rejected rejected:
                    throw new AttemptFault(rejected.Fault);
                case PromptSubmitOutcome.Unknown:
                    await AwaitArrivalAsync(client, record.PromptId!, InFlight, cancellationToken);
                    break;
            }

            host.Posted(number);
            return true;
        }
        catch (ComfyUnreachableException exception)
        {
            throw new AttemptFault(new TaskFault(FaultClass.Connection, exception.Message));
        }
        catch (ComfyRefusedException exception)
        {
            throw new AttemptFault(new TaskFault(FaultClass.Validation, exception.Message));
        }
        catch (ComfyProtocolException exception)
        {
            throw new AttemptFault(new TaskFault(FaultClass.Gpu, exception.Message));
        }
    }

    // Named by its content: the same picture for ten shots is one file on the instance, sent once, and another picture never replaces it.
    private Task<string> UploadAsync(IComfyClient client, ArtifactRef file, CancellationToken cancellationToken) =>
        host.WithStorageAsync(
            services,
            TaskPhase.Uploading,
            () => _meter.TransferAsync(() => client.EnsureInputAsync(token => OpenAsync(file, token), file.Size, file.Sha256 + file.Extension, "continuity", cancellationToken)),
            cancellationToken);

    private async Task<Stream> OpenAsync(ArtifactRef file, CancellationToken cancellationToken)
    {
        if (await services.Artifacts.OpenAsync(file, cancellationToken) is { } content)
        {
            return content;
        }

        // No pipeline names the last frame of a clip, so that it may have been tidied away in a long wait for a GPU. Looking the inputs up again makes it again.
        await services.Inputs.ResolveAsync(assignment, cancellationToken);
        return await services.Artifacts.OpenAsync(file, cancellationToken)
            ?? throw new AttemptFault(new TaskFault(FaultClass.Validation, $"The artifact store no longer holds the input {file.Sha256[..12]}…; run the task that made it again."));
    }

    // The prompt of an attempt that was given up as lost may have outlived the outage on this very GPU.
    private async Task<AttemptRecord?> FindLostAsync(IComfyClient client, Lease lease, CancellationToken cancellationToken)
    {
        if (assignment.Lost is not { PromptId: { } promptId } lost || lost.GpuAddress != lease.Address)
        {
            return null;
        }

        try
        {
            return await client.FindAsync(promptId, cancellationToken) switch
            {
                Whereabouts.Pending or Whereabouts.Running or Whereabouts.Ended { Outcome: PromptOutcome.Succeeded } => lost,
                _ => null,
            };
        }
        catch (ComfyException exception)
        {
            // It may be there and done: whoever sends another one then has the work done twice. Not a reason to keep away from this GPU: it is asked again.
            throw new AttemptFault(new TaskFault(FaultClass.Lost, $"The GPU did not tell whether it still has the prompt of an earlier attempt. {exception.Message}"));
        }
    }

    private async Task<AttemptRecord> ReattachAsync(AttemptRecord record, CancellationToken cancellationToken)
    {
        host.Report(TaskPhase.Staged, detail: "looks for its prompt after a restart");
        await host.AdoptSlotAsync(record, cancellationToken);
        await AwaitArrivalAsync(services.Connections.Get(record.GpuAddress!), record.PromptId!, InFlight - services.Departures.GoneFor(record.Silo), cancellationToken);
        return record;
    }

    // A prompt that is nowhere to be seen counts as lost only when nothing of it can be on its way any more.
    private async Task AwaitArrivalAsync(IComfyClient client, string promptId, TimeSpan patience, CancellationToken cancellationToken)
    {
        var since = services.Time.GetTimestamp();
        while (services.Time.GetElapsedTime(since) < patience)
        {
            try
            {
                if (await client.FindAsync(promptId, cancellationToken) is not Whereabouts.Unknown)
                {
                    return;
                }
            }
            catch (ComfyException)
            {
                // Following the prompt deals with an instance that does not answer.
                return;
            }

            await Task.Delay(TimeSpan.FromSeconds(0.25), services.Time, cancellationToken);
        }
    }

    private async Task CollectAsync(AttemptRecord record, ImmutableArray<OutputFile> files, CancellationToken cancellationToken)
    {
        host.Report(TaskPhase.Collecting, 100);
        var collector = new OutputCollector(record, host, _meter, services);
        var outputs = await collector.DownloadAsync(OutputRules.Order(assignment.Task, files), cancellationToken);
        var result = new TaskResult { Outputs = outputs, Metadata = await collector.DescribeAsync(assignment, outputs, _metadata, cancellationToken) };
        if (await services.Persistently.CallAsync(() => host.Pipeline.CompleteAttemptAsync(assignment.Task.Id, record.Number, result, Gpu), cancellationToken))
        {
            // Only then: a newer attempt may have taken the same prompt over.
            await collector.ForgetAsync(cancellationToken);
        }
    }

    private BuiltPrompt Build(ResolvedInputs inputs, Dictionary<string, string> fileNames, long? seed, string prefix)
    {
        try
        {
            var values = new Dictionary<string, JsonNode>(inputs.Values, StringComparer.Ordinal);
            foreach (var (name, file) in fileNames)
            {
                values[name] = JsonValue.Create(file);
            }

            return PromptBuilder.Build(assignment.Profile!, values, seed, prefix);
        }
        catch (WorkflowException exception)
        {
            throw new AttemptFault(new TaskFault(FaultClass.Validation, $"Profile '{assignment.Profile!.Id}': {exception.Message}"));
        }
    }

    private Ticket TicketFor(BuiltPrompt prompt, ResolvedInputs inputs) => new()
    {
        Id = new TicketId(new TaskKey(assignment.PipelineId, assignment.Task.Id), assignment.Attempt),
        Priority = assignment.Priority,
        IsLate = assignment.IsLate,
        Owner = assignment.Owner,
        PipelineCreatedAt = assignment.PipelineCreatedAt,
        Order = assignment.Order,
        ProfileId = assignment.Profile!.Id,
        NodeClasses = prompt.NodeClasses,
        Models = prompt.Models,
        MinVram = assignment.Profile.MinVram ?? 0,
        Size = WorkSize.Of(prompt.Graph),
        Inputs = [.. inputs.Files.Values],
        ExcludedGpus = assignment.ExcludedGpus,
        WaitingSince = assignment.WaitingSince ?? services.Time.GetUtcNow(),
    };

    private static string Sanitize(string id) => string.Concat(id.Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' ? c : '_'));
}
