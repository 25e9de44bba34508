<?php
declare(strict_types=1);

// region php
const SORTS = [
    'name' => 'name ASC, id ASC', '-name' => 'name DESC, id DESC',
    'price' => 'price ASC, id ASC', '-price' => 'price DESC, id DESC',
];

function listProducts(PDO $db, string $sort, array $ids): array
{
    $order = SORTS[$sort] ?? throw new InvalidArgumentException('sort: unknown value'); // 400
    if ($ids === [] || count($ids) > 100) {
        throw new InvalidArgumentException('1 to 100 ids');
    }
    $marks = implode(', ', array_fill(0, count($ids), '?'));
    $statement = $db->prepare("SELECT id, name, price FROM product WHERE id IN ($marks) ORDER BY $order");
    $statement->execute(array_values($ids));
    return $statement->fetchAll(PDO::FETCH_ASSOC);
}
// MySQL: new PDO($dsn, $user, $password, [PDO::ATTR_EMULATE_PREPARES => false]) for real prepared statements
// endregion php
