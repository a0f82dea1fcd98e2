using Continuity.Gpu;
using Continuity.Pipelines;
using Continuity.Tasks;

namespace Continuity.Grains.Hosting;

/// <summary>
/// References to the grains of the farm. The factory finds out by reflection, with every call, what an interface is called and which grain implements it; that costs more than the call itself
/// where there is one for every task. Here it is done once.
/// </summary>
internal sealed class FarmGrains(IGrainFactory grains)
{
    private readonly Kind<IPipelineGrain> _pipelines = new(grains);
    private readonly Kind<IPipelineTasks> _reports = new(grains);
    private readonly Kind<ITaskGrain> _tasks = new(grains);
    private readonly Kind<IGpuQueueGrain> _queues = new(grains);

    /// <summary>The fleet, and the tickets that wait.</summary>
    public IGpuPoolGrain Pool { get; } = grains.GetGrain<IGpuPoolGrain>(IGpuPoolGrain.Default);

    /// <summary>A pipeline, for those who command and watch it.</summary>
    public IPipelineGrain Pipeline(PipelineId pipeline) => _pipelines.Get(pipeline.Value);

    /// <summary>A pipeline, for the attempts that report to it.</summary>
    public IPipelineTasks Reports(PipelineId pipeline) => _reports.Get(pipeline.Value);

    /// <summary>A task.</summary>
    public ITaskGrain Task(TaskKey task) => _tasks.Get(task.ToString());

    /// <summary>The slots of a GPU.</summary>
    public IGpuQueueGrain Queue(GpuId gpu) => _queues.Get(gpu.Value);

    private sealed class Kind<T>
        where T : class, IGrainWithStringKey
    {
        private readonly IGrainFactory _grains;
        private readonly GrainType _type;
        private readonly GrainInterfaceType _interface;

        public Kind(IGrainFactory grains)
        {
            _grains = grains;
            var sample = (GrainReference)(object)grains.GetGrain<T>("sample");
            (_type, _interface) = (sample.GrainId.Type, sample.InterfaceType);
        }

        public T Get(string key) => (T)_grains.GetGrain(GrainId.Create(_type, IdSpan.Create(key)), _interface);
    }
}
