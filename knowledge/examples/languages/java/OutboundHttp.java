import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Timeouts of java.net.http, and the gap in them. Java 17, JDK only. */
final class OutboundHttp {
    private OutboundHttp() {}

    // region client
    static final HttpClient CLIENT = HttpClient.newBuilder() // one for the process: it owns the connections
        .connectTimeout(Duration.ofSeconds(1)) // without it: the operating system's limit, minutes
        .followRedirects(HttpClient.Redirect.NEVER)
        .build();

    /** The request timeout ends when the headers are there; the future's deadline covers the body as well. */
    static HttpResponse<String> get(URI uri, Duration headers, Duration whole)
            throws IOException, InterruptedException, TimeoutException {
        var request = HttpRequest.newBuilder(uri).timeout(headers).build();
        CompletableFuture<HttpResponse<String>> reply =
            CLIENT.sendAsync(request, HttpResponse.BodyHandlers.ofString());
        try {
            return reply.get(whole.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException | InterruptedException e) {
            reply.cancel(true); // closes the exchange
            throw e;
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException io ? io : new IOException(e.getCause());
        }
    }
    // endregion client

    public static void main(String[] args) throws Exception {
        var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(java.util.concurrent.Executors.newCachedThreadPool());
        server.createContext("/silent", exchange -> sleep(3_000)); // never sends headers
        server.createContext("/slow-body", exchange -> {
            exchange.sendResponseHeaders(200, 10);
            exchange.getResponseBody().write("12345".getBytes());
            exchange.getResponseBody().flush();
            sleep(1_200); // the rest comes late
            exchange.getResponseBody().write("67890".getBytes());
            exchange.close();
        });
        server.start();
        try {
            var base = "http://localhost:" + server.getAddress().getPort();
            try {
                get(URI.create(base + "/silent"), Duration.ofMillis(200), Duration.ofSeconds(2));
                throw new AssertionError("no header timeout");
            } catch (HttpTimeoutException expected) {
                // the request timeout
            }
            var slow = URI.create(base + "/slow-body");
            var late = get(slow, Duration.ofMillis(200), Duration.ofSeconds(5)); // the request timeout alone lets it pass
            if (!late.body().equals("1234567890")) throw new AssertionError(late.body());
            try {
                get(slow, Duration.ofMillis(200), Duration.ofMillis(400));
                throw new AssertionError("no overall deadline");
            } catch (TimeoutException expected) {
                System.out.println("ok");
            }
        } finally {
            server.stop(0);
            System.exit(0);
        }
    }

    private static void sleep(long ms) {
        try {
            Thread.sleep(ms);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
