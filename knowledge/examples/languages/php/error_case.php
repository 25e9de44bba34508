<?php

// php error_case.php warning|type|json|domain|memory|deprecated
declare(strict_types=1);

ini_set('display_errors', '0');
ini_set('log_errors', '1');
ini_set('error_log', 'php://stderr');
ini_set('memory_limit', '8M');
require __DIR__ . '/problem_errors.php';
installErrorHandling();
match ($argv[1]) {
    'warning' => (static fn () => [][1])(),
    'type' => strlen(...)(5),
    'json' => json_decode('{', true, 32, JSON_THROW_ON_ERROR),
    'domain' => throw new Problem(409, 'Out of stock', ['sku' => 'pen', 'status' => 200]),
    'memory' => str_repeat('x', 20_000_000),
    'deprecated' => trigger_error('old call', E_USER_DEPRECATED) && print('went on'),
};
