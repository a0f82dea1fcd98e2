// Each test starts several processes; on two cores they would only wait for each other.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
