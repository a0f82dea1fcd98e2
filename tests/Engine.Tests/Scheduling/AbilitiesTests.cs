using System.Collections.Immutable;

using Continuity.Engine.Scheduling;
using Continuity.Gpu;
using Continuity.Pipelines;
using Continuity.Tasks;

using CsCheck;

namespace Continuity.Engine.Tests.Scheduling;

public sealed class AbilitiesTests
{
    private static readonly ModelFile Flux = new("UNETLoader", "unet_name", "flux/krea.safetensors");

    [Fact]
    public void AFileThatItsLoaderDoesNotOfferIsMissingAndSaysWhereItBelongs()
    {
        var lack = Assert.Single(Abilities.Lacks(Needs(Flux), Gpu(("UNETLoader", "unet_name", ["wan.safetensors"]))));

        Assert.Equal(new GpuLack.File(Flux), lack);
        Assert.Equal(
            "its ComfyUI has no 'flux/krea.safetensors' for UNETLoader.unet_name; put it into models/diffusion_models, then refresh ComfyUI",
            lack.Describe());
    }

    [Fact]
    public void AnEmptyListOffersNothingButAnUnknownOneMayOfferAnything()
    {
        Assert.Single(Abilities.Lacks(Needs(Flux), Gpu(("UNETLoader", "unet_name", []))));
        Assert.Empty(Abilities.Lacks(Needs(Flux), Gpu(("UNETLoader", "weight_dtype", ["default"]))));
        Assert.Empty(Abilities.Lacks(Needs(Flux), null));
    }

    [Fact]
    public void FoldersMayBeWrittenWithBackslashes() =>
        Assert.Empty(Abilities.Lacks(Needs(Flux with { FileName = @"flux\krea.safetensors" }), Gpu(("UNETLoader", "unet_name", ["flux/krea.safetensors"]))));

    [Fact]
    public void OfAMissingLoaderOnlyTheLoaderIsToldNotItsFilesToo() =>
        Assert.Equal([new GpuLack.Node("UNETLoader")], Abilities.Lacks(Needs(Flux), Gpu(("VAELoader", "vae_name", ["ae.safetensors"]))));

    [Fact]
    public void MemoryIsComparedWhereItIsKnown()
    {
        var needs = Needs() with { MinVram = 24_000_000_000 };

        var lack = Assert.Single(Abilities.Lacks(needs, Gpu() with { VramTotal = 12_622_168_064 }));

        Assert.Equal("it has 12.6 GB of memory, and the profile needs 24 GB", lack.Describe());
        Assert.Empty(Abilities.Lacks(needs, Gpu() with { VramTotal = 25_757_220_864 }));
        Assert.Empty(Abilities.Lacks(needs, Gpu() with { VramTotal = 0 }));
    }

    [Theory]
    [InlineData("CheckpointLoaderSimple", "ckpt_name", "models/checkpoints")]
    [InlineData("UpscaleModelLoader", "model_name", "models/upscale_models")]
    [InlineData("CLIPVisionLoader", "clip_name", "models/clip_vision")]
    [InlineData("DualCLIPLoader", "clip_name2", "models/text_encoders")]
    [InlineData("RIFE VFI", "ckpt_name", "the folder that this loader reads")]
    public void TheFolderIsThatOfTheLoader(string nodeClass, string input, string folder) =>
        Assert.Contains($"put it into {folder}, then", new GpuLack.File(new ModelFile(nodeClass, input, "x.pth")).Describe(), StringComparison.Ordinal);

    [Fact]
    public void ATicketIsImpossibleOnlyWhenNoGpuMayHaveWhatItNeeds()
    {
        var ticket = new Ticket { Id = new TicketId(new TaskKey(new PipelineId("p"), "t"), 1), ProfileId = "flux", NodeClasses = ["UNETLoader"], Models = [Flux] };
        FleetGpu bare = Fleet("bare", Gpu(("UNETLoader", "unet_name", []))), unknown = Fleet("unknown", null), able = Fleet("able", Gpu(("UNETLoader", "unet_name", [Flux.FileName])));
        var paused = able with { Status = able.Status with { Mode = GpuMode.Paused } };

        Assert.Contains("bare: its ComfyUI has no 'flux/krea.safetensors'", Eligibility.WhyImpossible(ticket, [bare]), StringComparison.Ordinal);
        Assert.Null(Eligibility.WhyImpossible(ticket, [bare, unknown]));
        Assert.Null(Eligibility.WhyImpossible(ticket, [bare, paused]));
    }

    [Fact]
    public void Property_AGpuGetsATicketOnlyWhenItWorksAndLacksNothing() =>
        Gen.Select(Gen.Int[0, 7].Array[1, 6], Gen.Int[0, 2].Array[6], Gen.Int[0, 7]).Sample((has, modes, needed) =>
        {
            // Bit n stands for file n.
            ImmutableArray<FleetGpu> fleet =
            [
                .. has.Select((files, i) => Fleet($"g{i}", Gpu(("UNETLoader", "unet_name", [.. Files(files)]))) with { Status = Status($"g{i}", (GpuMode)modes[i]) }),
            ];
            var ticket = new Ticket
            {
                Id = new TicketId(new TaskKey(new PipelineId("p"), "t"), 1),
                ProfileId = "p",
                NodeClasses = ["UNETLoader"],
                Models = [.. Files(needed).Select(file => new ModelFile("UNETLoader", "unet_name", file))],
            };
            foreach (var (gpu, i) in fleet.Select((gpu, i) => (gpu, i)))
            {
                var scheduler = new Scheduler();
                foreach (var other in fleet)
                {
                    scheduler.Tell(other, DateTimeOffset.UnixEpoch);
                }

                scheduler.Add(ticket);
                Assert.Equal((has[i] & needed) == needed && modes[i] == (int)GpuMode.Active, scheduler.Choose(gpu.Id, DateTimeOffset.UnixEpoch).Ticket is not null);
            }

            Assert.Equal(has.All(files => (files & needed) != needed), Eligibility.WhyImpossible(ticket, fleet) is not null);
            Assert.Equal(
                has.All(files => (files & needed) != needed),
                !PreflightCheck.Find([new PreflightGroup(["t"], "p", new GpuNeeds(ticket.NodeClasses, ticket.Models, 0))], fleet).IsEmpty);
        });

    [Fact]
    public void APreflightNamesEveryThingThatIsMissingAndWhereItIsToBeHad()
    {
        var vae = new ModelFile("VAELoader", "vae_name", "ae.safetensors");
        var group = new PreflightGroup(["k1", "k2"], "flux", new GpuNeeds(["UNETLoader", "VAELoader", "RIFE VFI"], [Flux, vae], 0));
        var fleet = new[]
        {
            Fleet("a", Gpu(("UNETLoader", "unet_name", []), ("VAELoader", "vae_name", ["ae.safetensors"]))),
            Fleet("b", Gpu(("UNETLoader", "unet_name", [Flux.FileName]), ("VAELoader", "vae_name", []), ("RIFE VFI", "ckpt_name", []))),
        };

        var problem = Assert.Single(PreflightCheck.Find([group], fleet));

        Assert.Equal("k1, k2", string.Join(", ", problem.TaskIds));
        Assert.Equal(["a", "a", "b"], problem.Reasons.Select(reason => reason.GpuId.Value));
        Assert.Equal("its ComfyUI has no node 'RIFE VFI' (install the custom node pack that provides it) (b has it)", problem.Reasons[0].Message);
        Assert.EndsWith("put it into models/diffusion_models, then refresh ComfyUI (b has it)", problem.Reasons[1].Message, StringComparison.Ordinal);
        Assert.EndsWith("put it into models/vae, then refresh ComfyUI (a has it)", problem.Reasons[2].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void WithoutAnyGpuNothingIsImpossibleOnlyToBeWaitedFor() => Assert.Empty(PreflightCheck.Find([new PreflightGroup(["t"], "p", Needs(Flux))], []));

    private static IEnumerable<string> Files(int bits) => Enumerable.Range(0, 3).Where(bit => (bits & (1 << bit)) != 0).Select(bit => $"{bit}.safetensors");

    private static GpuNeeds Needs(params ModelFile[] models) => new([.. models.Select(model => model.NodeClass)], [.. models], 0);

    private static GpuCapabilities Gpu(params (string NodeClass, string Input, string[] Values)[] inputs) => new()
    {
        Version = "v",
        NodeClasses = [.. inputs.Select(input => input.NodeClass)],
        Choices = inputs.ToImmutableDictionary(input => new NodeInputName(input.NodeClass, input.Input), input => input.Values.ToImmutableHashSet()),
    };

    private static FleetGpu Fleet(string id, GpuCapabilities? capabilities) => new(Status(id, GpuMode.Active), capabilities, id);

    private static GpuStatus Status(string id, GpuMode mode) => new() { Id = new GpuId(id), Health = GpuHealth.Healthy, Mode = mode };
}
