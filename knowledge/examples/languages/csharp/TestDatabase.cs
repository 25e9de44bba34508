// The connection string comes from a container that the test run starts; shortened here.
public static class TestDatabase
{
    public static string ConnectionString =>
        Environment.GetEnvironmentVariable("TEST_DATABASE") ?? "Host=localhost;Database=orders_test;Username=test";
}
