using Continuity.Engine.Scheduling.Costs;
using Continuity.Gpu;

using CsCheck;

namespace Continuity.Engine.Tests.Scheduling.Costs;

public sealed class LearnedCostsTests
{
    private static readonly GpuId Gpu = new("a");
    private static readonly ModelFile Unet = new("UNETLoader", "unet_name", "flux.safetensors");
    private static readonly ModelFile Vae = new("VAELoader", "vae_name", "ae.safetensors");

    [Fact]
    public void BeforeAnythingIsKnownFilesCountAsUsualOnesOfTheirKind()
    {
        var costs = new LearnedCosts();

        Assert.Equal(0, costs.Run("flux", Gpu).Count);
        Assert.Equal(24, costs.Load(Unet));
        Assert.True(costs.Load(Vae) < 1);
    }

    [Fact]
    public void TheFirstPromptShowsTheLoadOnceTheSecondHasShownTheRun()
    {
        var costs = new LearnedCosts();
        costs.Observe(Gpu, "flux", [Unet, Vae], 48);
        Assert.Equal(0, costs.Run("flux", Gpu).Count);
        costs.Observe(Gpu, "flux", [], 28);

        Assert.Equal(28, costs.Run("flux", Gpu).Mean);
        Assert.Equal(20, costs.Load(Unet) + costs.Load(Vae), 3);
    }

    [Fact]
    public void FilesThatWereThereAlreadySayNothingOfHowLongTheyTake()
    {
        var costs = new LearnedCosts();
        var usual = costs.Load(Unet);

        // Loaded before the GPU was known: first as long as nothing is known of the run either, then on another GPU.
        costs.Observe(Gpu, "flux", [Unet], 28);
        costs.Observe(Gpu, "flux", [], 28);
        costs.Observe(new GpuId("b"), "flux", [Unet], 28.2);

        Assert.Equal(usual, costs.Load(Unet));
        costs.Observe(new GpuId("c"), "flux", [Unet], 48);
        Assert.Equal(20, costs.Load(Unet), 3);
    }

    [Fact]
    public void ASlowFirstRunIsNotTakenForALoadOfNoTime()
    {
        var costs = new LearnedCosts();
        var usual = costs.Load(Unet);
        costs.Observe(Gpu, "flux", [Unet], 2.4);
        costs.Observe(Gpu, "flux", [], 1);

        Assert.Equal(usual / 2, costs.Load(Unet));

        // From fast disks, again and again.
        costs.Observe(new GpuId("b"), "flux", [Unet], 2.4);
        Assert.Equal(1.4, costs.Load(Unet), 3);
    }

    [Fact]
    public void LoadsOfDifferentFilesAreLearnedOnceTheRunIsKnown()
    {
        var costs = new LearnedCosts();
        var other = Unet with { FileName = "other.safetensors" };
        costs.Observe(Gpu, "flux", [Unet], 38);
        costs.Observe(Gpu, "flux", [other], 68);
        costs.Observe(Gpu, "flux", [Unet], 48);
        costs.Observe(Gpu, "flux", [], 28);

        Assert.Equal((10, 40), (costs.Load(Unet), costs.Load(other)));
    }

    [Fact]
    public void AGpuThatNeverRanAWorkflowIsJudgedByHowFastItWasWithOthers()
    {
        var costs = new LearnedCosts();
        for (var i = 0; i < 10; i++)
        {
            costs.Observe(Gpu, "still", [], 20);
            costs.Observe(Gpu, "clip", [], 100);
        }

        for (var i = 0; i < 10; i++)
        {
            costs.Observe(new GpuId("slow"), "still", [], 80);
        }

        Assert.InRange(costs.Run("clip", new GpuId("slow")).Mean / costs.Run("clip", Gpu).Mean, 2.5, 5);
    }

    [Fact]
    public void Property_OneWildSampleMovesAnEstimateByLittle() => Gen.Select(Gen.Double[1, 1000], Gen.Double[0, 1e6]).Sample((usual, wild) =>
    {
        var estimate = Enumerable.Repeat(usual, 20).Aggregate(default(Estimate), (known, sample) => known.After(sample)).After(wild);

        Assert.InRange(estimate.Mean, usual * 0.8, usual * 1.3);
    });

    [Fact]
    public void WhatWasLearnedIsTheSameAfterItWasKept()
    {
        var costs = new LearnedCosts();
        for (var i = 0; i < 5; i++)
        {
            costs.Observe(Gpu, "flux", [], 20 + i);
            costs.Observe(new GpuId("b"), "flux", [Unet], 40 + i);
        }

        var again = new LearnedCosts();
        costs.All().ToList().ForEach(again.Restore);

        Assert.Equal(costs.Run("flux", new GpuId("b")), again.Run("flux", new GpuId("b")));
        Assert.Equal(costs.Run("flux", Gpu), again.Run("flux", Gpu));
        Assert.Equal(costs.Load(Unet), again.Load(Unet));
    }
}
