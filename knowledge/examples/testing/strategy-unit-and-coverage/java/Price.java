package shop;

final class Price {
    private Price() {}

    static int totalCents(int unit, int quantity, int percentOff) {
        if (unit < 0 || quantity < 1 || percentOff < 0 || percentOff > 100) {
            throw new IllegalArgumentException("price, quantity or voucher out of range");
        }
        int total = unit * quantity;
        if (quantity >= 10) {
            total = (total * 90 + 50) / 100;
        }
        return (total * (100 - percentOff) + 50) / 100;
    }
}
