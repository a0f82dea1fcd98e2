using Continuity.Engine.Dags;

using CsCheck;

namespace Continuity.Engine.Tests.Dags;

public sealed class DagTests
{
    private static readonly Gen<(int Nodes, (int From, int To)[] Edges)> Graphs = Gen.Int[1, 12].SelectMany(
        nodes => Gen.Select(Gen.Int[0, nodes - 1], Gen.Int[0, nodes - 1]).Array[0, 20].Select(edges => (nodes, edges)));

    private static Dag Make((int Nodes, (int From, int To)[] Edges) graph) => Dag.Create(
        Enumerable.Range(0, graph.Nodes).Select(node => ($"{node}", graph.Edges.Where(edge => edge.From == node).Select(edge => $"{edge.To}"))));

    [Fact]
    public void An_order_respects_every_edge_and_a_cycle_is_found_when_there_is_no_order() => Graphs.Sample(
        graph =>
        {
            var dag = Make(graph);
            var cycle = dag.FindCycle();
            if (dag.Order() is { } order)
            {
                Assert.Empty(cycle);
                Assert.Equal(graph.Nodes, order.Distinct().Count());
                Assert.All(graph.Edges, edge => Assert.True(order.IndexOf($"{edge.To}") < order.IndexOf($"{edge.From}")));
            }
            else
            {
                Assert.NotEmpty(cycle);
                Assert.All(cycle.Zip(cycle.Skip(1).Append(cycle[0])), step => Assert.Contains((int.Parse(step.First), int.Parse(step.Second)), graph.Edges));
            }
        },
        iter: 5_000);

    [Fact]
    public void Descendants_are_all_that_can_be_reached() => Graphs.Sample(
        graph =>
        {
            var reached = new HashSet<int>();
            for (var round = 0; round <= graph.Nodes; round++)
            {
                reached.UnionWith(graph.Edges.Where(edge => edge.To == 0 || reached.Contains(edge.To)).Select(edge => edge.From));
            }

            Assert.Equal(reached.Select(node => $"{node}").Order(), Make(graph).Descendants(["0"]).Order());
        },
        iter: 2_000);

    [Fact]
    public void A_chain_of_100_000_tasks_is_ordered_and_a_ring_of_them_found()
    {
        const int Count = 100_000;
        var chain = Dag.Create(Enumerable.Range(0, Count).Reverse().Select(node => ($"{node}", node == 0 ? Array.Empty<string>().AsEnumerable() : [$"{node - 1}"])));
        var ring = Dag.Create(Enumerable.Range(0, Count).Select(node => ($"{node}", new[] { $"{(node + 1) % Count}" }.AsEnumerable())));

        Assert.Equal(Enumerable.Range(0, Count).Select(node => $"{node}"), chain.Order()!.Value.AsEnumerable());
        Assert.Equal(Count - 1, chain.Descendants(["0"]).Count);
        Assert.Equal(Count, ring.FindCycle().Length);
        Assert.Equal(["0"], ring.Dependants("1").AsEnumerable());
    }
}
