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

// of a thrown-away random password, with the parameters of the real ones; made once, since a static would be remade by each FPM request
const DUMMY_HASH = '$argon2id$v=19$m=65536,t=4,p=1$dGV6Wkp3RDdYUDl0bk5Wdg$UrDNybQI3pyi4zK3rEYnUAViF6Ua1NaqMVkZ1bypdgY';

/** @param callable(string): ?array{id: int, hash: string} $find @param callable(int, string): void $store */
function login(string $email, string $password, callable $find, callable $store): ?int
{
    $user = $find($email);
    $valid = password_verify($password, $user['hash'] ?? DUMMY_HASH);  // the same work for an unknown address
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
