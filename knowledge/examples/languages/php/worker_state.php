<?php

declare(strict_types=1);

// region leak
final class CurrentUser
{
    public static ?string $name = null;      // one per process: under FPM that is one per request, in a worker it is not
}

function leakyHandler(?string $token): string
{
    if ($token !== null) {
        CurrentUser::$name = $token;
    }
    return CurrentUser::$name ?? 'anonymous';
}
// endregion

// region safe_worker
final readonly class RequestContext
{
    public function __construct(public ?string $user, public string $requestId)
    {
    }
}

/** @param iterable<array{token: ?string}> $requests @return list<string> */
function runWorker(iterable $requests, PDO $db, int $maxRequests = 1000): array
{
    $replies = [];
    foreach ($requests as $number => $request) {
        $context = new RequestContext($request['token'], bin2hex(random_bytes(8)));   // new for every request
        try {
            $replies[] = $context->user ?? 'anonymous';
        } finally {
            if ($db->inTransaction()) {
                $db->rollBack();                       // a forgotten transaction must not reach the next caller
            }
            gc_collect_cycles();
        }
        if ($number + 1 >= $maxRequests) {
            break;                                     // exit: the supervisor starts a fresh process
        }
    }
    return $replies;
}
// endregion
