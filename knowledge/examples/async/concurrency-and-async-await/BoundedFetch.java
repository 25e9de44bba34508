import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.*;
import java.util.concurrent.atomic.AtomicInteger;

class BoundedFetch {
    interface Work<T, R> { R call(T item) throws Exception; }

    // region bounded
    /** At most {@code atOnce} at a time; the first failure, or the deadline, interrupts the rest. */
    static <T, R> List<R> mapBounded(List<T> items, int atOnce, Duration total, Work<T, R> work) throws Exception {
        var pool = Executors.newFixedThreadPool(atOnce); // Java 21: virtual threads and a Semaphore
        try {
            var finished = new ExecutorCompletionService<R>(pool);
            var futures = new ArrayList<Future<R>>();
            for (var item : items) {
                futures.add(finished.submit(() -> work.call(item))); // set the per-call timeout in the client
            }
            long deadline = System.nanoTime() + total.toNanos();
            for (int i = 0; i < items.size(); i++) { // in the order of completion, so a failure is seen at once
                var done = finished.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
                if (done == null) throw new TimeoutException("fan-out exceeded " + total);
                done.get(); // throws ExecutionException with the cause
            }
            var results = new ArrayList<R>();
            for (var future : futures) results.add(future.get());
            return results;
        } catch (ExecutionException failed) {
            throw failed.getCause() instanceof Exception cause ? cause : failed;
        } finally {
            pool.shutdownNow(); // interrupts running calls and drops queued ones
            pool.awaitTermination(5, TimeUnit.SECONDS); // nothing outlives the request
        }
    }
    // endregion

    public static void main(String[] args) throws Exception {
        var items = new ArrayList<Integer>();
        for (int i = 0; i < 100; i++) items.add(i);
        var running = new AtomicInteger();
        var peak = new AtomicInteger();
        var out = mapBounded(items, 7, Duration.ofSeconds(5), n -> {
            peak.accumulateAndGet(running.incrementAndGet(), Math::max);
            Thread.sleep(1);
            running.decrementAndGet();
            return n * 2;
        });
        if (!mapBounded(List.<Integer>of(), 7, Duration.ofSeconds(1), n -> n).isEmpty()) throw new AssertionError();
        if (out.get(99) != 198 || peak.get() > 7) throw new AssertionError(peak);
        var interrupted = new AtomicInteger();
        long t = System.nanoTime();
        try {
            mapBounded(items, 4, Duration.ofSeconds(5), n -> {
                if (n == 2) throw new IllegalStateException("boom");
                try { Thread.sleep(2000); } catch (InterruptedException e) { interrupted.incrementAndGet(); throw e; }
                return n;
            });
            throw new AssertionError("no failure");
        } catch (IllegalStateException expected) { /* boom */ }
        if (interrupted.get() < 3 || System.nanoTime() - t > 1_500_000_000L) throw new AssertionError(interrupted);
        try {
            mapBounded(items, 4, Duration.ofMillis(50), n -> { Thread.sleep(1000); return n; });
            throw new AssertionError("no timeout");
        } catch (TimeoutException expected) { /* ok */ }
        System.out.println("ok");
    }
}
