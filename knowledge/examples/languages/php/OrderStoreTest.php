<?php
declare(strict_types=1);

use PHPUnit\Framework\TestCase;

require_once __DIR__ . '/order_store.php';

// region test
final class OrderStoreTest extends TestCase
{
    private PDO $db;

    protected function setUp(): void
    {
        $this->db = connect((string) getenv('TEST_DATABASE_DSN'));  // the schema was built once, by the real migrations
        foreach (['orders', 'stock'] as $table) {                   // placeOrder() commits, so a rollback cannot clean up
            $this->db->exec("DELETE FROM $table");
        }
        $this->db->exec("INSERT INTO stock (sku, available) VALUES ('tea', 2)");
    }

    public function testMoreThanIsThereIsRefusedAndNothingIsTaken(): void
    {
        try {
            placeOrder($this->db, 1, 'key-1', 'tea', 3);
            self::fail('three of two were sold');
        } catch (DomainException $error) {
            self::assertSame('out of stock', $error->getMessage());
        }
        self::assertSame(2, $this->available('tea'));
    }

    public function testASecondOrderWithTheSameKeyTakesNoStock(): void
    {
        placeOrder($this->db, 1, 'key-1', 'tea', 1);
        try {
            placeOrder($this->db, 1, 'key-1', 'tea', 1);
            self::fail('the duplicate was accepted');
        } catch (DuplicateOrder) {
            self::assertSame(1, $this->available('tea'));
        }
    }

    private function available(string $sku): int
    {
        return (int) $this->db->query('SELECT available FROM stock WHERE sku = ' . $this->db->quote($sku))->fetchColumn();
    }
}
// endregion
