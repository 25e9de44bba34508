import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.sql.SQLIntegrityConstraintViolationException;
import java.util.UUID;

/** Unchecked domain exceptions, translated in one place at the HTTP border. Java 17, JDK only. */
final class ErrorMapping {
    private ErrorMapping() {}

    interface SqlWork<T> {
        T run() throws SQLException;
    }

    // region errors
    abstract static class DomainException extends RuntimeException {
        DomainException(String message, Throwable cause) {
            super(message, cause); // always pass the cause on: the log needs it, the client does not get it
        }
    }

    static final class NotFound extends DomainException {
        NotFound(String what) { super(what, null); }
    }

    static final class Conflict extends DomainException {
        Conflict(String what, Throwable cause) { super(what, cause); }
    }

    static <T> T sql(SqlWork<T> work) { // checked ends here: the repository knows what it means
        try {
            return work.run();
        } catch (SQLIntegrityConstraintViolationException e) {
            throw new Conflict("already exists", e);
        } catch (SQLException e) {
            throw new IllegalStateException("database failed", e);
        }
    }

    static void handle(HttpHandler next, HttpExchange exchange) throws IOException {
        try {
            next.handle(exchange);
        } catch (NotFound e) {
            problem(exchange, 404, "Not Found", e.getMessage());
        } catch (Conflict e) {
            problem(exchange, 409, "Conflict", e.getMessage());
        } catch (RuntimeException e) { // a bug or an outage: fixed text for the client, the rest in the log
            var incident = "urn:uuid:" + UUID.randomUUID();
            System.getLogger("http").log(System.Logger.Level.ERROR, incident, e);
            problem(exchange, 500, "Internal Server Error", incident);
        }
    }
    // endregion errors

    static HttpHandler mapped(HttpHandler next) {
        return exchange -> {
            try (exchange) {
                handle(next, exchange);
            }
        };
    }

    private static void problem(HttpExchange exchange, int status, String title, String detail) throws IOException {
        var json = "{\"type\":\"about:blank\",\"title\":\"%s\",\"status\":%d,\"detail\":\"%s\"}"
            .formatted(title, status, detail);
        var bytes = json.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/problem+json");
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    public static void main(String[] args) throws Exception {
        java.util.logging.Logger.getLogger("http").setLevel(java.util.logging.Level.OFF);
        var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/missing", mapped(e -> { throw new NotFound("order 7"); }));
        server.createContext("/duplicate", mapped(e -> sql(() -> {
            throw new SQLIntegrityConstraintViolationException("UNIQUE constraint orders_pk violated");
        })));
        server.createContext("/broken", mapped(e -> sql(() -> { throw new SQLException("password=hunter2"); })));
        server.start();
        try {
            var base = "http://localhost:" + server.getAddress().getPort();
            var client = HttpClient.newHttpClient();
            check(get(client, base + "/missing").statusCode() == 404, "not found");
            var conflict = get(client, base + "/duplicate");
            check(conflict.statusCode() == 409 && !conflict.body().contains("orders_pk"), conflict.body());
            var broken = get(client, base + "/broken");
            check(broken.statusCode() == 500 && !broken.body().contains("hunter2"), broken.body());
            check(broken.headers().firstValue("content-type").orElse("").equals("application/problem+json"), "type");
            System.out.println("ok");
        } finally {
            server.stop(0);
        }
    }

    private static HttpResponse<String> get(HttpClient client, String url) throws Exception {
        return client.send(HttpRequest.newBuilder(URI.create(url)).build(), HttpResponse.BodyHandlers.ofString());
    }

    private static void check(boolean condition, String what) {
        if (!condition) throw new AssertionError(what);
    }
}
