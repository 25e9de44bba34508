// The rosetta notes service in Java: one resource, validation, problem+json, health, orderly shutdown (JDK 17, no dependency).
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.*;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;

public class Notes {
    // region service
    record Note(UUID id, String title, String body) {
        /** The only way to build a Note: an invalid one cannot exist. */
        static Note of(Object json) {
            Map<?, ?> in = json instanceof Map<?, ?> map ? map : Map.of();
            List<Map<String, ?>> errors = new ArrayList<>();
            String title = in.get("title") instanceof String s ? s.strip() : "";
            if (title.isEmpty() || title.length() > 100)
                errors.add(Map.of("pointer", "/title", "detail", "1 to 100 characters"));
            Object given = in.containsKey("body") ? in.get("body") : "";
            String body = given instanceof String s && s.length() <= 10_000 ? s : null;
            if (body == null) errors.add(Map.of("pointer", "/body", "detail", "text up to 10000 characters"));
            if (!errors.isEmpty()) throw new Problem(422, "Validation failed", Map.of("errors", errors));
            return new Note(UUID.randomUUID(), title, body);
        }
    }

    static final class Problem extends RuntimeException {
        final int status; final transient Map<String, ?> extra;
        Problem(int status, String title, Map<String, ?> extra) { super(title); this.status = status; this.extra = extra; }
    }

    private final Map<String, Note> notes = new ConcurrentHashMap<>();

    void route(HttpExchange http) throws IOException {
        String path = http.getRequestURI().getPath();
        if (http.getRequestMethod().equals("POST") && path.equals("/notes")) {
            Note made = Note.of(readJson(http));
            notes.put(made.id().toString(), made);
            http.getResponseHeaders().set("Location", "/notes/" + made.id());
            send(http, 201, "application/json", fields(made));
            return;
        }
        Note note = http.getRequestMethod().equals("GET") ? notes.get(lastSegment(path)) : null;
        if (note == null) throw new Problem(404, "No such note", Map.of());
        send(http, 200, "application/json", fields(note));
    }
    // endregion

    static String lastSegment(String path) { return path.startsWith("/notes/") ? path.substring(7) : ""; }

    static Map<String, ?> fields(Note n) {
        var map = new LinkedHashMap<String, Object>();
        map.put("id", n.id().toString()); map.put("title", n.title()); map.put("body", n.body());
        return map;
    }

    static Object readJson(HttpExchange http) throws IOException {
        byte[] bytes = http.getRequestBody().readNBytes(64 * 1024 + 1);
        if (bytes.length > 64 * 1024) throw new Problem(413, "Body too large", Map.of());
        try {
            return new Json(new String(bytes, StandardCharsets.UTF_8)).document();
        } catch (IllegalArgumentException | IndexOutOfBoundsException notJson) {
            throw new Problem(400, "Body is not JSON", Map.of());
        }
    }

    static void send(HttpExchange http, int status, String type, Object body) throws IOException {
        byte[] bytes = Json.write(body).getBytes(StandardCharsets.UTF_8);
        http.getResponseHeaders().set("Content-Type", type);
        http.sendResponseHeaders(status, bytes.length);
        http.getResponseBody().write(bytes);
    }

    void handle(HttpExchange http) throws IOException {
        try (http) {
            try {
                route(http);
            } catch (Problem p) {
                var body = new LinkedHashMap<String, Object>();
                body.put("title", p.getMessage()); body.put("status", p.status); body.putAll(p.extra);
                send(http, p.status, "application/problem+json", body);
            }
        }
    }

    public static void main(String[] args) throws IOException {
        var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(System.getenv("PORT")));
        var server = HttpServer.create(address, 0);
        server.setExecutor(Executors.newFixedThreadPool(16)); // Java 21 or later: newVirtualThreadPerTaskExecutor()
        server.createContext("/", new Notes()::handle);
        server.createContext("/health", http -> { try (http) { send(http, 200, "application/json", Map.of("status", "ok")); } });
        server.start();
        // SIGTERM: no new connection, and two seconds for the exchanges in flight
        Runtime.getRuntime().addShutdownHook(new Thread(() -> server.stop(2)));
    }

    /** The JDK has no JSON reader. This one keeps the example free of dependencies; a service uses Jackson. */
    static final class Json {
        private final String s; private int i;
        Json(String s) { this.s = s; }

        Object document() {
            Object v = value();
            space();
            if (i != s.length()) throw new IllegalArgumentException("trailing text");
            return v;
        }

        private void space() { while (i < s.length() && " \t\r\n".indexOf(s.charAt(i)) >= 0) i++; }
        private void take(char c) { space(); if (s.charAt(i++) != c) throw new IllegalArgumentException("expected " + c); }
        private boolean next(char c) { space(); if (s.charAt(i) == c) { i++; return true; } return false; }

        private Object value() {
            space();
            char c = s.charAt(i);
            if (c == '"') return string();
            if (c == '{') {
                i++;
                var map = new LinkedHashMap<String, Object>();
                if (next('}')) return map;
                do { space(); String key = string(); take(':'); map.put(key, value()); } while (next(','));
                take('}');
                return map;
            }
            if (c == '[') {
                i++;
                var list = new ArrayList<Object>();
                if (next(']')) return list;
                do list.add(value()); while (next(','));
                take(']');
                return list;
            }
            for (var word : List.of("true", "false", "null"))
                if (s.startsWith(word, i)) { i += word.length(); return word.equals("null") ? null : (Object) word.equals("true"); }
            int start = i;
            while (i < s.length() && "+-0123456789.eE".indexOf(s.charAt(i)) >= 0) i++;
            return Double.valueOf(s.substring(start, i)); // NumberFormatException is an IllegalArgumentException
        }

        private String string() {
            take('"');
            var out = new StringBuilder();
            for (char c; (c = s.charAt(i++)) != '"'; ) {
                if (c < ' ') throw new IllegalArgumentException("control character");
                if (c != '\\') { out.append(c); continue; }
                char e = s.charAt(i++);
                int at = "\"\\/bfnrt".indexOf(e);
                if (at >= 0) out.append("\"\\/\b\f\n\r\t".charAt(at));
                else if (e == 'u') { out.append((char) Integer.parseInt(s.substring(i, i + 4), 16)); i += 4; }
                else throw new IllegalArgumentException("escape");
            }
            return out.toString();
        }

        static String write(Object v) {
            if (v instanceof Map<?, ?> map) {
                var parts = new StringJoiner(",", "{", "}");
                map.forEach((k, x) -> parts.add(write(k) + ":" + write(x)));
                return parts.toString();
            }
            if (v instanceof List<?> list) {
                var parts = new StringJoiner(",", "[", "]");
                list.forEach(x -> parts.add(write(x)));
                return parts.toString();
            }
            if (!(v instanceof String text)) return String.valueOf(v);
            var out = new StringBuilder("\"");
            for (char c : text.toCharArray()) {
                if (c == '"' || c == '\\') out.append('\\').append(c);
                else if (c < ' ') out.append(String.format("\\u%04x", (int) c));
                else out.append(c);
            }
            return out.append('"').toString();
        }
    }
}
