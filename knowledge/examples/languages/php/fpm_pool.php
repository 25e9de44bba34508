<?php

declare(strict_types=1);

// region pool
/** @return array{children: int, limited_by: string} for `pm = static` in one container */
function fpmPool(int $memoryMb, int $sharedMb, int $childPeakMb, float $cpus, float $cpuShare, int $dbConnections): array
{
    $limits = [
        'memory' => intdiv($memoryMb - $sharedMb, $childPeakMb),       // OPcache and the master are paid once
        'cpu' => (int) ceil($cpus / $cpuShare),                        // a request that computes 25 % of its time: 4 a core
        'database' => $dbConnections,                                  // this container's part of max_connections
    ];
    $children = max(1, min($limits));
    return ['children' => $children, 'limited_by' => (string) array_search(min($limits), $limits, true)];
}
// endregion
