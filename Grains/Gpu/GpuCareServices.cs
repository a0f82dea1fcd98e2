using Continuity.Grains.Hosting;
using Continuity.Grains.Stores;

using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Continuity.Grains.Gpu;

/// <summary>What the care for GPUs works with: shared by all of a silo.</summary>
internal sealed record GpuCareServices(
    FarmGrains Grains,
    FarmIdentity Farm,
    IOptions<ContinuityOptions> Options,
    TimeProvider Time,
    ILoggerFactory Loggers);
