package shop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

// region junit
class PriceTest {
    @ParameterizedTest(name = "{0} x {1}, voucher {2} %")
    @CsvSource({"199, 1, 0, 199", "100, 9, 0, 900", "100, 10, 0, 900", "5, 1, 50, 3"})
    void total(int unit, int quantity, int voucher, int expected) {
        assertEquals(expected, Price.totalCents(unit, quantity, voucher));
    }

    @Test
    void refusesNoPieces() {
        assertThrows(IllegalArgumentException.class, () -> Price.totalCents(1, 0, 0));
    }
}
// endregion junit
