<?php

declare(strict_types=1);

// region connect
function connect(string $dsn, ?string $user = null, ?string $password = null): PDO
{
    return new PDO($dsn, $user, $password, [
        PDO::ATTR_ERRMODE => PDO::ERRMODE_EXCEPTION,      // the default since 8.0; stated, because old code switches it
        PDO::ATTR_DEFAULT_FETCH_MODE => PDO::FETCH_ASSOC,
        PDO::ATTR_EMULATE_PREPARES => false,              // pdo_mysql emulates unless told otherwise
        PDO::ATTR_TIMEOUT => 2,
    ]);
}
// endregion

// region transaction
final class DuplicateOrder extends RuntimeException
{
}

/** @template T @param callable(PDO): T $work @return T */
function transactional(PDO $db, callable $work): mixed
{
    $db->beginTransaction();
    try {
        $result = $work($db);
        $db->commit();
        return $result;
    } catch (Throwable $error) {
        if ($db->inTransaction()) {
            $db->rollBack();
        }
        throw $error;
    }
}

function placeOrder(PDO $db, int $accountId, string $key, string $sku, int $quantity): int
{
    return transactional($db, static function (PDO $db) use ($accountId, $key, $sku, $quantity): int {
        $take = $db->prepare('UPDATE stock SET available = available - :n WHERE sku = :sku AND available >= :least');
        $take->execute(['n' => $quantity, 'sku' => $sku, 'least' => $quantity]); // natively a name may occur once only
        if ($take->rowCount() !== 1) {
            throw new DomainException('out of stock');
        }
        try {
            $db->prepare('INSERT INTO orders (account_id, order_key, sku, quantity) VALUES (?, ?, ?, ?)')
                ->execute([$accountId, $key, $sku, $quantity]);
        } catch (PDOException $error) {
            // SQLSTATE class 23 is any constraint; the schema has one that this insert can meet
            throw str_starts_with((string) $error->getCode(), '23') ? new DuplicateOrder($key, 0, $error) : $error;
        }
        return (int) $db->lastInsertId();
    });
}
// endregion

// region order_by
const SORTS = ['newest' => 'id DESC', 'oldest' => 'id ASC'];

/** @param list<int> $ids @return list<array<string, mixed>> */
function findOrders(PDO $db, int $accountId, array $ids, string $sort): array
{
    $order = SORTS[$sort] ?? throw new InvalidArgumentException('sort');  // names cannot be bound: allow-list them
    if ($ids === []) {
        return [];
    }
    $marks = implode(', ', array_fill(0, count($ids), '?'));
    $query = $db->prepare("SELECT id, sku, quantity FROM orders WHERE account_id = ? AND id IN ($marks) ORDER BY $order");
    $query->execute([$accountId, ...$ids]);
    return $query->fetchAll();
}
// endregion
