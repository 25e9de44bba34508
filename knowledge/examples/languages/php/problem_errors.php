<?php

declare(strict_types=1);

// region errors
final class Problem extends RuntimeException
{
    /** @param array<string, mixed> $extra */
    public function __construct(public readonly int $status, public readonly string $title, public readonly array $extra = [])
    {
        parent::__construct($title);
    }
}

/** @return array{int, string} status and body */
function problemFor(Throwable $error): array
{
    [$status, $title, $extra] = match (true) {
        $error instanceof Problem => [$error->status, $error->title, $error->extra],
        $error instanceof JsonException => [400, 'The body is not valid JSON', []],
        default => [500, 'Internal Server Error', ['incident' => bin2hex(random_bytes(8))]],
    };
    if ($status >= 500) {
        error_log(($extra['incident'] ?? '-') . ' ' . $error);        // the cause goes to the log, the id to the client
    }
    return [$status, json_encode(['status' => $status, 'title' => $title] + $extra, JSON_THROW_ON_ERROR)];
}
// endregion

// region handlers
function emit(Throwable $error): void
{
    [$status, $body] = problemFor($error);
    if (!headers_sent()) {
        http_response_code($status);
        header('Content-Type: application/problem+json');
    }
    echo $body;
}

function installErrorHandling(): void
{
    set_error_handler(static function (int $level, string $message, string $file, int $line): bool {
        if ((error_reporting() & $level) === 0) {
            return false;                                              // silenced with @
        }
        if ($level & (E_DEPRECATED | E_USER_DEPRECATED)) {
            error_log("deprecated: $message in $file:$line");          // an upgrade task, not a failed request
            return true;
        }
        throw new ErrorException($message, 0, $level, $file, $line);   // warnings and notices are bugs
    });
    set_exception_handler(emit(...));                                  // Throwable: Error as well as Exception
    register_shutdown_function(static function (): void {              // memory and time limits reach no handler
        $last = error_get_last();
        if ($last !== null && $last['type'] & (E_ERROR | E_CORE_ERROR | E_COMPILE_ERROR | E_PARSE)) {
            emit(new ErrorException($last['message'], 0, $last['type'], $last['file'], $last['line']));
        }
    });
}
// endregion
