<?php

declare(strict_types=1);

// region login
function startSession(): void
{
    session_start([
        'name' => '__Host-session',
        'use_strict_mode' => true,      // an id the server did not issue is replaced
        'cookie_secure' => true,
        'cookie_httponly' => true,
        'cookie_samesite' => 'Lax',
        'cookie_path' => '/',
    ]);
}

/** @param callable(string): ?array{id: int, hash: string} $find @param callable(int, string): void $store */
function login(string $email, string $password, callable $find, callable $store): ?int
{
    static $dummy = null;
    $dummy ??= password_hash(bin2hex(random_bytes(16)), PASSWORD_ARGON2ID);
    $user = $find($email);
    $valid = password_verify($password, $user['hash'] ?? $dummy);  // the same work for an unknown address
    if ($user === null || !$valid) {
        return null;
    }
    if (password_needs_rehash($user['hash'], PASSWORD_ARGON2ID)) {
        $store($user['id'], password_hash($password, PASSWORD_ARGON2ID));
    }
    if (session_status() === PHP_SESSION_ACTIVE) {
        session_regenerate_id(true);   // the id from before the login must not survive it
    }
    return $user['id'];
}
// endregion
