<?php

// Run by test_php_examples.py where PHP is installed: php php_checks.php
declare(strict_types=1);

set_error_handler(static function (int $level, string $message, string $file, int $line): never {
    throw new ErrorException($message, 0, $level, $file, $line);
});
foreach (['order_types', 'order_store', 'login_session', 'worker_state', 'fiber_loop', 'problem_errors', 'fpm_pool'] as $name) {
    require __DIR__ . "/$name.php";
}

function check(bool $holds, string $claim): void
{
    if (!$holds) {
        fwrite(STDERR, "FAILED: $claim\n");
        exit(1);
    }
}

function throws(string $class, callable $work): bool
{
    try {
        $work();
    } catch (Throwable $error) {
        return $error instanceof $class;
    }
    return false;
}

// types
check(OrderStatus::from('paid')->canBecome(OrderStatus::Cancelled), 'paid may be cancelled');
check(OrderStatus::tryFrom('void') === null && throws(ValueError::class, fn () => OrderStatus::from('void')), 'unknown case');
check(PlaceOrder::fromArray(['sku' => 'pen', 'quantity' => 2])->quantity === 2, 'good input');
foreach ([['sku' => 'pen', 'quantity' => '2'], ['sku' => "pen\n", 'quantity' => 2], ['sku' => [], 'quantity' => 2], []] as $bad) {
    check(throws(InvalidArgumentException::class, fn () => PlaceOrder::fromArray($bad)), 'bad input is refused');
}
$order = PlaceOrder::fromArray(['sku' => 'pen', 'quantity' => 2]);
check(throws(Error::class, function () use ($order) { $order->quantity = 3; }), 'readonly');
check(throws(TypeError::class, fn () => strlen(5)), 'strict_types in the calling file');
check(('0e123' == '0e456') && ('1e3' == '1000') && !('0e123' === '0e456'), 'loose comparison of numeric strings');

// PDO
$db = connect('sqlite::memory:');
$db->exec((string) file_get_contents(__DIR__ . '/order_schema.sql'));
$db->exec("INSERT INTO stock VALUES ('pen', 5)");
$first = placeOrder($db, 1, 'k1', 'pen', 2);
check(throws(DuplicateOrder::class, fn () => placeOrder($db, 1, 'k1', 'pen', 2)), 'second attempt is a duplicate');
check(throws(DomainException::class, fn () => placeOrder($db, 1, 'k2', 'pen', 9)), 'out of stock');
check((int) $db->query('SELECT available FROM stock')->fetchColumn() === 3, 'the failed attempts took nothing');
check(count(findOrders($db, 1, [$first], 'newest')) === 1 && findOrders($db, 2, [$first], 'newest') === [], 'account filter');
check(throws(InvalidArgumentException::class, fn () => findOrders($db, 1, [$first], 'id; DROP TABLE orders')), 'sort is allow-listed');
$attack = "x' OR '1'='1";
check(count($db->query("SELECT id FROM orders WHERE sku = '$attack'")->fetchAll()) === 1, 'the attack works on concatenation');
$safe = $db->prepare('SELECT id FROM orders WHERE sku = ?');
$safe->execute([$attack]);
check($safe->fetchAll() === [], 'and fails on a bound value');

// login
$stored = [];
$users = ['a@example.com' => ['id' => 7, 'hash' => password_hash('correct horse', PASSWORD_BCRYPT, ['cost' => 4])]];
$find = static fn (string $email): ?array => $users[$email] ?? null;
$store = static function (int $id, string $hash) use (&$stored): void { $stored[$id] = $hash; };
check(login('a@example.com', 'wrong', $find, $store) === null && login('b@example.com', 'x', $find, $store) === null, 'bad logins');
check(login('a@example.com', 'correct horse', $find, $store) === 7 && str_starts_with($stored[7], '$argon2id$'), 'rehash on login');
check(password_verify(str_repeat('a', 72) . 'x', password_hash(str_repeat('a', 72) . 'y', PASSWORD_BCRYPT, ['cost' => 4])), 'bcrypt stops at 72 bytes');

// worker
check([leakyHandler('alice'), leakyHandler(null)] === ['alice', 'alice'], 'the second caller is alice: the leak');
$db->beginTransaction();
check(runWorker([['token' => 'alice'], ['token' => null]], $db) === ['alice', 'anonymous'] && !$db->inTransaction(), 'no leak');
check(count(runWorker(array_fill(0, 5, ['token' => null]), $db, 3)) === 3, 'stops after the limit');

// fibers
$start = microtime(true);
$task = static function (string $name): callable {
    return static function () use ($name): string { Loop::wait(0.05); return $name; };
};
check((new Loop())->all(['a' => $task('A'), 'b' => $task('B'), 'c' => $task('C')]) === ['a' => 'A', 'b' => 'B', 'c' => 'C'], 'results');
check(microtime(true) - $start < 0.12, 'three waits of 50 ms overlap');

// pool
check(fpmPool(2048, 256, 60, 2.0, 0.25, 20) === ['children' => 8, 'limited_by' => 'cpu'], 'cpu bound');
check(fpmPool(512, 256, 60, 2.0, 0.1, 20) === ['children' => 4, 'limited_by' => 'memory'], 'memory bound');

// ini
check(parse_ini_file(__DIR__ . '/production.ini')['session.use_strict_mode'] === '1', 'the ini file parses');
echo "all checks passed\n";
