import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

public class CombineQuotes {
    // region combine
    record Quote(String supplier, long cents) {}

    /** The cheapest answer that came in time: a slow or broken supplier costs its quote, not the request. */
    static CompletableFuture<Quote> cheapest(List<Callable<Quote>> suppliers, Executor executor, long eachMillis) {
        var asked = suppliers.stream().map(supplier -> CompletableFuture.supplyAsync(() -> {
                try {
                    return supplier.call();
                } catch (Exception e) {
                    throw new CompletionException(e);
                }
            }, executor) // named: the common pool is shared by the whole process
            .orTimeout(eachMillis, TimeUnit.MILLISECONDS) // the future fails; the task itself runs on
            .<Optional<Quote>>handle((quote, error) -> Optional.ofNullable(quote))).toList();
        return CompletableFuture.allOf(asked.toArray(CompletableFuture[]::new)).thenApply(done -> asked.stream()
            .map(CompletableFuture::join) // all are complete here, so nothing blocks
            .flatMap(Optional::stream)
            .min(Comparator.comparingLong(Quote::cents))
            .orElseThrow(() -> new NoSuchElementException("no supplier answered")));
    }
    // endregion

    public static void main(String[] args) {
        var executor = Executors.newCachedThreadPool();
        List<Callable<Quote>> suppliers = List.of(
            () -> new Quote("a", 900),
            () -> { Thread.sleep(3_000); return new Quote("slow", 1); },
            () -> { throw new IOException("down"); },
            () -> new Quote("c", 700));
        long begun = System.nanoTime();
        check(cheapest(suppliers, executor, 500).join().equals(new Quote("c", 700)));
        check(System.nanoTime() - begun < 2_500_000_000L);
        try {
            cheapest(List.of(() -> { throw new IOException("down"); }), executor, 500).join();
            check(false);
        } catch (CompletionException e) {
            check(e.getCause() instanceof NoSuchElementException);
        }
        executor.shutdownNow();
        System.out.println("ok");
    }

    static void check(boolean condition) {
        if (!condition) throw new AssertionError();
    }
}
