import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/** Virtual-thread fan-out with one deadline and a limit in front of the scarce resource. Java 21 and later. */
final class FanOut {
    private FanOut() {}

    // region fan-out
    /** Lets at most {@code permits} callers reach the resource; the others wait, but not for ever. */
    record Limited(Semaphore permits, Duration maxWait) {
        <T> T call(Callable<T> work) throws Exception {
            if (!permits.tryAcquire(maxWait.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new TimeoutException("resource busy"); // becomes 503 with Retry-After
            }
            try {
                return work.call();
            } finally {
                permits.release();
            }
        }
    }

    static <T> List<T> all(List<Callable<T>> tasks, Duration budget) throws Exception {
        Instant deadline = Instant.now().plus(budget);
        var executor = Executors.newVirtualThreadPerTaskExecutor();
        try {
            var futures = new ArrayList<Future<T>>();
            for (var task : tasks) {
                futures.add(executor.submit(task)); // a thread per task: nothing is queued, so nothing limits you
            }
            var results = new ArrayList<T>();
            for (var future : futures) {
                long left = Duration.between(Instant.now(), deadline).toMillis();
                results.add(future.get(Math.max(left, 0), TimeUnit.MILLISECONDS));
            }
            return results;
        } catch (ExecutionException failed) {
            throw failed.getCause() instanceof Exception cause ? cause : failed;
        } finally {
            executor.shutdownNow(); // interrupts what is still running, also after a timeout
            executor.close(); // waits until it has ended: no task outlives the request
        }
    }
    // endregion fan-out

    public static void main(String[] args) throws Exception {
        var limit = new Limited(new Semaphore(5), Duration.ofSeconds(2));
        var inside = new AtomicInteger();
        var peak = new AtomicInteger();
        var tasks = new ArrayList<Callable<Integer>>();
        for (int i = 0; i < 200; i++) {
            int n = i;
            tasks.add(() -> limit.call(() -> {
                peak.accumulateAndGet(inside.incrementAndGet(), Math::max);
                Thread.sleep(2);
                inside.decrementAndGet();
                return n;
            }));
        }
        check(all(tasks, Duration.ofSeconds(5)).size() == 200, "all results");
        check(peak.get() <= 5, "limit held, peak " + peak);

        var interrupted = new AtomicInteger();
        List<Callable<Integer>> slow = List.of(() -> {
            try {
                Thread.sleep(5_000);
                return 1;
            } catch (InterruptedException e) {
                interrupted.incrementAndGet();
                throw e;
            }
        });
        long start = System.nanoTime();
        try {
            all(slow, Duration.ofMillis(100));
            check(false, "deadline missed");
        } catch (TimeoutException expected) {
            long ms = (System.nanoTime() - start) / 1_000_000;
            check(ms < 2_000 && interrupted.get() == 1, "cancelled after " + ms + " ms");
        }
        System.out.println("ok");
    }

    private static void check(boolean condition, String what) {
        if (!condition) throw new AssertionError(what);
    }
}
