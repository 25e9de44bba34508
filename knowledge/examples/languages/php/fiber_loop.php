<?php

declare(strict_types=1);

// region fibers
/** A minimal event loop: what ReactPHP, Amp and Revolt do for sockets, shown with timers. */
final class Loop
{
    /** @var list<array{float, Fiber}> */
    private array $sleeping = [];

    public static function wait(float $seconds): void
    {
        Fiber::suspend(microtime(true) + $seconds);    // gives the process back; sleep() would stop every fiber
    }

    /** @param array<string, callable(): mixed> $tasks @return array<string, mixed> */
    public function all(array $tasks): array
    {
        $fibers = array_map(static fn (callable $task) => new Fiber($task), $tasks);
        foreach ($fibers as $fiber) {
            $this->park($fiber, $fiber->start());
        }
        while ($this->sleeping !== []) {
            usort($this->sleeping, static fn (array $a, array $b) => $a[0] <=> $b[0]);
            [$until, $fiber] = array_shift($this->sleeping);
            usleep(max(0, (int) (($until - microtime(true)) * 1_000_000)));
            $this->park($fiber, $fiber->resume());
        }
        return array_map(static fn (Fiber $fiber) => $fiber->getReturn(), $fibers);
    }

    private function park(Fiber $fiber, mixed $until): void
    {
        if (!$fiber->isTerminated()) {
            $this->sleeping[] = [$until, $fiber];
        }
    }
}
// endregion
