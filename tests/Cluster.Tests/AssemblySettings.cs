// Two collections, each on processes of its own that mostly wait for a clock; more would only wait for the two cores.
[assembly: CollectionBehavior(MaxParallelThreads = 2)]
