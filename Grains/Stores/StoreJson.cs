using System.Text.Json;
using System.Text.Json.Serialization;

using Continuity.Pipelines;
using Continuity.Tasks;

namespace Continuity.Grains.Stores;

/// <summary>
/// How records are written to the store: JSON with camel-case names, no nulls. Members are only ever added; a reader ignores what it does not know, so that
/// two versions can share one store. Golden files in the tests guard this.
/// </summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, IgnoreReadOnlyProperties = true)]
[JsonSerializable(typeof(PipelineDefinition))]
[JsonSerializable(typeof(TaskRow))]
[JsonSerializable(typeof(PipelineSummary))]
[JsonSerializable(typeof(IReadOnlyCollection<string>))]
internal sealed partial class StoreJson : JsonSerializerContext;
