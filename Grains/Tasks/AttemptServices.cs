using Continuity.ComfyUI.Client;
using Continuity.Grains.Artifacts;
using Continuity.Grains.Hosting;
using Continuity.Grains.Media;
using Continuity.Grains.Stores;

using Microsoft.Extensions.Options;

namespace Continuity.Grains.Tasks;

/// <summary>What attempts work with: shared by all of a silo.</summary>
internal sealed record AttemptServices(
    IComfyConnections Connections,
    IArtifactStore Artifacts,
    InputResolver Inputs,
    TimelineRenderer Renderer,
    MediaFacts Facts,
    CpuSlots CpuSlots,
    Persistently Persistently,
    Departures Departures,
    IOptions<ContinuityOptions> Options,
    TimeProvider Time,
    FarmIdentity Farm);
