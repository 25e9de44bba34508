import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

// region java
/** One per request: what is left of the caller's time, by the monotonic clock. */
record Deadline(long end) {
    static Deadline of(Duration time) {
        return new Deadline(System.nanoTime() + time.toNanos());
    }

    Duration left(Duration reserve) {
        return Duration.ofNanos(end - System.nanoTime()).minus(reserve);
    }
}

final class DeadlineClient {
    private final HttpClient http = HttpClient.newBuilder()
            .connectTimeout(Duration.ofSeconds(1))           // default: none
            .build();

    String get(URI uri, Deadline deadline, Duration atMost) throws Exception {
        Duration left = deadline.left(Duration.ofMillis(50));  // for our own answer
        long ms = Math.min(left.toMillis(), atMost.toMillis());
        if (ms <= 10) {
            throw new TimeoutException("no time left for " + uri.getHost());      // answer 504
        }
        HttpRequest request = HttpRequest.newBuilder(uri)
                .header("X-Request-Timeout-Ms", Long.toString(ms))
                .build();                                    // its timeout() would end with the headers
        var call = http.sendAsync(request, HttpResponse.BodyHandlers.ofString());
        try {
            HttpResponse<String> response = call.get(ms, TimeUnit.MILLISECONDS);  // includes the body
            if (response.statusCode() >= 500) {
                throw new IOException("status " + response.statusCode());
            }
            return response.body();
        } finally {
            call.cancel(true);                               // since Java 16 this also stops the exchange
        }
    }
}
// endregion java
