import java.util.List;
import java.util.Objects;

/** Records that cannot be built invalid, and a closed set of outcomes. Java 21 and later (pattern switch). */
final class PaymentEvents {
    private PaymentEvents() {}

    // region modern
    record Money(long minorUnits, String currency) {
        Money {
            if (minorUnits < 0) throw new IllegalArgumentException("minorUnits must not be negative");
            if (!currency.matches("[A-Z]{3}")) throw new IllegalArgumentException("currency: ISO 4217 code");
        }
    }

    record Charge(String orderId, Money amount, List<String> tags) {
        Charge {
            Objects.requireNonNull(orderId, "orderId");
            Objects.requireNonNull(amount, "amount");
            tags = List.copyOf(tags); // a record is only as immutable as its components
        }
    }

    sealed interface Outcome {
        record Paid(String receipt) implements Outcome {}
        record Declined(String reason, boolean retryable) implements Outcome {}
        record Pending(String pollUrl) implements Outcome {}
    }

    static int status(Outcome outcome) {
        return switch (outcome) { // no default: a fourth outcome fails to compile here
            case Outcome.Paid paid -> 201;
            case Outcome.Declined(String reason, boolean retryable) when retryable -> 503;
            case Outcome.Declined declined -> 422;
            case Outcome.Pending pending -> 202;
        };
    }

    static final String INSERT = """
        INSERT INTO charge (order_id, minor_units, currency)
        VALUES (?, ?, ?)
        ON CONFLICT (order_id) DO NOTHING
        """;
    // endregion modern

    public static void main(String[] args) {
        check(status(new Outcome.Paid("r-1")) == 201, "paid");
        check(status(new Outcome.Declined("bank offline", true)) == 503, "retryable");
        check(status(new Outcome.Declined("no funds", false)) == 422, "declined");
        check(status(new Outcome.Pending("/charges/1")) == 202, "pending");
        var tags = new java.util.ArrayList<>(List.of("web"));
        var charge = new Charge("o-1", new Money(500, "EUR"), tags);
        tags.add("late");
        check(charge.tags().equals(List.of("web")), "defensive copy");
        try {
            new Money(-1, "EUR");
            check(false, "negative accepted");
        } catch (IllegalArgumentException expected) {
            check(INSERT.startsWith("INSERT") && INSERT.endsWith("NOTHING\n"), "text block");
        }
        System.out.println("ok");
    }

    private static void check(boolean condition, String what) {
        if (!condition) throw new AssertionError(what);
    }
}
