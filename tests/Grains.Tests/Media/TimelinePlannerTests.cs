using Continuity.Grains.Media;
using CsCheck;

namespace Continuity.Grains.Tests.Media;

public sealed class TimelinePlannerTests
{
    private static readonly string?[] Names = [null, "Cut", "Dissolve", "Fade to Black", "Wipe"];
    private static readonly FrameRate[] Rates = [new(24, 1), new(24000, 1001), new(16, 1), new(30, 1)];

    private static readonly Gen<(int Frames, int Rate, string? Transition, bool Constant)[]> Timelines =
        Gen.Select(Gen.Int[1, 60], Gen.Int[0, Rates.Length - 1], Gen.Int[0, Names.Length - 1].Select(i => Names[i]), Gen.Bool).Array[1, 40];

    [Fact]
    public void Property_Plan_FilmIsAsLongAsItsClipsWithoutTheOverlaps() => Timelines.Sample(clips =>
    {
        var plan = PlanOf(clips);
        var overlaps = plan.Rendered.Where(made => made.Kind == TransitionKind.Dissolve).Sum(made => made.Frames);
        Assert.Equal(plan.Clips.Sum(clip => clip.Frames) - overlaps, plan.Frames);
        Assert.Equal(plan.Frames, plan.Shots[^1].StartFrame + plan.Shots[^1].Frames);
    });

    [Fact]
    public void Property_Plan_EveryFrameOfEveryClipIsUsedOnceAndInOrder() => Timelines.Sample(clips =>
    {
        var plan = PlanOf(clips);
        var used = plan.Clips.Select(_ => 0L).ToArray();
        foreach (var segment in plan.Segments)
        {
            Assert.True(segment.Frames >= 1);
            var (clip, start) = segment is Segment.Dissolve dissolve ? (dissolve.Clip, dissolve.Start) : (((Segment.Body)segment).Clip, ((Segment.Body)segment).Start);
            Assert.Equal(used[clip], start);
            used[clip] += segment.Frames;
            if (segment is Segment.Dissolve)
            {
                Assert.Equal(0, used[clip + 1]);
                used[clip + 1] = segment.Frames;
            }
        }

        Assert.Equal(plan.Clips.Select(clip => clip.Frames), used);
    });

    [Fact]
    public void Property_Plan_EveryTransitionIsRenderedOrExplained() => Timelines.Sample(clips =>
    {
        var plan = PlanOf(clips);
        var asked = Enumerable.Range(0, clips.Length - 1).Where(i => TransitionNames.Parse(clips[i].Transition) != TransitionKind.Cut);
        Assert.Equal(asked, plan.Rendered.Select(made => made.AfterClip).Concat(plan.ReplacedByCuts.Select(cut => cut.AfterClip)).Order());
    });

    [Fact]
    public void Property_Plan_TheSameClipsGiveTheSameArguments() => Timelines.Sample(clips => Assert.Equal(ArgumentsOf(PlanOf(clips)), ArgumentsOf(PlanOf(clips))));

    [Fact]
    public void Plan_AThousandClips_NeedsNoRunWithMoreThanTwoInputs()
    {
        var plan = PlanOf([.. Enumerable.Range(0, 1000).Select(i => (30, i % 3, Names[i % Names.Length], true))]);

        Assert.All(plan.Segments, segment => Assert.InRange(FilmArguments.OfSegment(plan, segment, "out.mp4").Count(argument => argument == "-i"), 1, 2));
    }

    [Theory]
    [InlineData("dissolve", 0)]
    [InlineData("Cross Dissolve", 0)]
    [InlineData("CROSS-FADE", 0)]
    [InlineData("fade to black", 1)]
    [InlineData("Fade", 1)]
    [InlineData(" dip_to_black ", 1)]
    [InlineData("", 2)]
    [InlineData(null, 2)]
    [InlineData("Hard Cut", 2)]
    [InlineData("Wipe", null)]
    public void Parse_ANameInAnyForm_IsRead(string? name, int? expected)
    {
        TransitionKind[] kinds = [TransitionKind.Dissolve, TransitionKind.FadeToBlack, TransitionKind.Cut];

        Assert.Equal(expected is { } index ? kinds[index] : null, TransitionNames.Parse(name));
    }

    [Fact]
    public void Size_RotatedAndNonSquareClips_IsTheLargestAsDisplayedAndEven()
    {
        var phone = new MediaInfo(101, 61, new FrameRate(24, 1), 10, TimeSpan.FromSeconds(1), false, "h264", "yuv420p", Rotation: 90);
        var anamorphic = new MediaInfo(50, 40, new FrameRate(24, 1), 10, TimeSpan.FromSeconds(1), false, "h264", "yuv420p", PixelAspect: 2);

        Assert.Equal((62, 102), FilmFormat.SizeOf([phone, anamorphic]));
        Assert.Equal((100, 40), FilmFormat.SizeOf([anamorphic]));
    }

    [Fact]
    public void Rate_VariableClip_IsTheNearestUsualRate()
    {
        var info = new MediaInfo(64, 48, new FrameRate(2963, 100), 10, TimeSpan.FromSeconds(1), false, "h264", "yuv420p") { ConstantRate = false };

        Assert.Equal(new FrameRate(30000, 1001), FilmFormat.RateOf([info with { FrameRate = new FrameRate(2997, 100) }]));
        Assert.Equal(new FrameRate(120, 1), FilmFormat.RateOf([info with { FrameRate = new FrameRate(1000, 1) }]));
    }

    [Fact]
    public void ConcatList_ManyOddLengths_EndWithinAMicrosecondOfTheFilm()
    {
        var rate = new FrameRate(24000, 1001);
        var lines = ConcatList.Write(Enumerable.Repeat(("it's", 17L), 1000), rate).Split('\n');

        var total = lines.Where(line => line.StartsWith("duration ", StringComparison.Ordinal)).Sum(line => decimal.Parse(line["duration ".Length..]));
        Assert.InRange((double)total - (17_000 * 1001 / 24000.0), -1e-6, 1e-6);
        Assert.EndsWith(@"/it'\''s'", lines[1], StringComparison.Ordinal);
    }

    private static RenderPlan PlanOf((int Frames, int Rate, string? Transition, bool Constant)[] clips)
    {
        var infos = clips.Select(clip => InfoOf(clip.Frames, Rates[clip.Rate]) with { ConstantRate = clip.Constant }).ToList();
        var timeline = new TimelinePlan([.. clips.Select((clip, i) => new TimelinePlanClip($"{i}.mp4", clip.Transition))]);
        return TimelinePlanner.Plan(timeline, infos, TimeSpan.FromSeconds(0.5));
    }

    private static MediaInfo InfoOf(int frames, FrameRate rate) => new(64, 48, rate, frames, rate.DurationOf(frames), false, "h264", "yuv420p");

    private static List<string> ArgumentsOf(RenderPlan plan) => [.. plan.Segments.SelectMany(segment => FilmArguments.OfSegment(plan, segment, "out.mp4"))];
}
