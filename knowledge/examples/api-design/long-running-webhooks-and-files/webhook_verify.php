<?php

declare(strict_types=1);

// region verify
/** @param list<string> $secrets  @param array<string, string> $headers lower-case names  @return string the message id */
function verifyWebhook(array $secrets, array $headers, string $body, ?int $now = null): string
{
    $id = $headers['webhook-id'] ?? '';
    $timestamp = $headers['webhook-timestamp'] ?? '';
    if ($id === '' || preg_match('/^\d{1,12}$/D', $timestamp) !== 1) {
        throw new RuntimeException('missing webhook headers');
    }
    if (abs(($now ?? time()) - (int) $timestamp) > 300) {
        throw new RuntimeException('timestamp outside the tolerance');
    }
    foreach ($secrets as $secret) {
        $key = base64_decode(preg_replace('/^whsec_/', '', $secret), true);
        if ($key === false || $key === '') {
            throw new LogicException('malformed secret');
        }
        $want = 'v1,' . base64_encode(hash_hmac('sha256', "$id.$timestamp.$body", $key, true));
        foreach (explode(' ', $headers['webhook-signature'] ?? '') as $given) {
            if (hash_equals($want, $given)) { // constant time; == would also juggle types
                return $id;
            }
        }
    }
    throw new RuntimeException('no signature matches');
}

// In a controller: $body = file_get_contents('php://input'), or $request->getContent() in Laravel and Symfony.
// endregion
