import java.time.Duration;
import java.util.concurrent.StructuredTaskScope;
import java.util.concurrent.StructuredTaskScope.Joiner;
import java.util.concurrent.atomic.AtomicBoolean;

/** Structured concurrency as Java 25 previews it (JEP 505); compile and run with --enable-preview. */
final class ScopedFanOut {
    private ScopedFanOut() {}

    static final ScopedValue<String> TENANT = ScopedValue.newInstance();

    interface Prices {
        int of(String sku) throws InterruptedException;
    }

    interface Stock {
        int of(String sku) throws InterruptedException;
    }

    record Offer(String tenant, int price, int stock) {}

    // region scope
    static Offer offer(String sku, Prices prices, Stock stock) throws InterruptedException {
        try (var scope = StructuredTaskScope.open(
                Joiner.awaitAllSuccessfulOrThrow(),
                config -> config.withTimeout(Duration.ofMillis(800)).withName("offer"))) {
            var price = scope.fork(() -> prices.of(sku)); // each fork is a virtual thread
            var left = scope.fork(() -> stock.of(sku)); // and inherits the scoped values
            scope.join(); // throws FailedException or TimeoutException, and cancels the sibling
            return new Offer(TENANT.get(), price.get(), left.get());
        }
    }
    // endregion scope

    public static void main(String[] args) throws Exception {
        var tenantSeen = new AtomicBoolean();
        var offer = ScopedValue.where(TENANT, "acme").call(() -> offer("sku-1", sku -> {
            tenantSeen.set(TENANT.get().equals("acme"));
            return 990;
        }, sku -> 3));
        check(offer.equals(new Offer("acme", 990, 3)) && tenantSeen.get(), "result and scoped value");

        var cancelled = new AtomicBoolean();
        try {
            ScopedValue.where(TENANT, "acme").call(() -> offer("sku-1", sku -> {
                throw new IllegalStateException("price service down");
            }, sku -> {
                try {
                    Thread.sleep(5_000);
                    return 1;
                } catch (InterruptedException e) {
                    cancelled.set(true);
                    throw e;
                }
            }));
            check(false, "failure lost");
        } catch (StructuredTaskScope.FailedException e) {
            check(e.getCause() instanceof IllegalStateException && cancelled.get(), "sibling cancelled");
        }
        try {
            ScopedValue.where(TENANT, "acme").call(() -> offer("sku-1", sku -> 1, sku -> {
                Thread.sleep(5_000);
                return 1;
            }));
            check(false, "timeout lost");
        } catch (StructuredTaskScope.TimeoutException expected) {
            System.out.println("ok");
        }
    }

    private static void check(boolean condition, String what) {
        if (!condition) throw new AssertionError(what);
    }
}
