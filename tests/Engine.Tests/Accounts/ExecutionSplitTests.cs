using Continuity.Engine.Accounts;
using Continuity.Gpu;

using CsCheck;

namespace Continuity.Engine.Tests.Accounts;

public sealed class ExecutionSplitTests
{
    private static readonly Gen<ExpectedTime> Expectations = Gen.Select(
        Gen.Double[0, 300], Gen.Double[0, 600], Gen.Double[0, 60], Gen.Int[0, 5], Gen.Double[0, 300], (load, run, deviation, samples, more) => new ExpectedTime(load, run, deviation, samples, load + more));

    [Fact]
    public void Property_LoadingIsAPartOfTheExecution() => Gen.Select(Gen.Double[0, 2000], Gen.Bool, Expectations).Sample((ran, whole, expected) =>
        Assert.InRange(ExecutionSplit.Loading(ran, whole, expected), 0, ran));

    [Theory]
    [InlineData(70, true, 60, 10, 5, 60)] // load and work as expected
    [InlineData(90, true, 60, 10, 5, 80)] // a slower load
    [InlineData(900, true, 60, 10, 5, 180)] // something else held it up
    [InlineData(10.5, true, 60, 10, 5, 0)] // the files were there after all
    [InlineData(11, true, 0, 10, 5, 0)] // nothing to load, usual length
    [InlineData(70, true, 0, 10, 5, 60)] // the files were gone after all
    [InlineData(100, true, 60, 30, 0, 60)] // work never measured: the load as it is thought to be
    [InlineData(40, true, 60, 30, 0, 30)] // but not nearly all of the time
    [InlineData(40, false, 60, 30, 5, 40)] // broken off while loading
    [InlineData(70, false, 60, 30, 5, 60)] // broken off after it
    public void Loading_OfAnExecution_IsWhatTheLoadsAreThoughtToHaveTaken(double ran, bool whole, double load, double run, int samples, double loading) =>
        Assert.Equal(loading, ExecutionSplit.Loading(ran, whole, new ExpectedTime(load, run, 0.1, samples, 60)));

    [Fact]
    public void Loading_NothingExpected_IsNone() => Assert.Equal(0, ExecutionSplit.Loading(50, true, null));
}
