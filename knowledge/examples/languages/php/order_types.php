<?php

// region types
declare(strict_types=1);

enum OrderStatus: string
{
    case New = 'new';
    case Paid = 'paid';
    case Cancelled = 'cancelled';

    public function canBecome(self $next): bool
    {
        return match ($this) {  // no default: a new case without a rule throws UnhandledMatchError
            self::New => $next !== self::New,
            self::Paid => $next === self::Cancelled,
            self::Cancelled => false,
        };
    }
}

final readonly class PlaceOrder
{
    private function __construct(public string $sku, public int $quantity)
    {
    }

    /** @param array<mixed> $body decoded JSON: nothing in it has a type yet */
    public static function fromArray(array $body): self
    {
        $sku = $body['sku'] ?? null;
        $quantity = $body['quantity'] ?? null;
        if (!is_string($sku) || preg_match('/\A[a-z0-9-]{1,40}\z/', $sku) !== 1) {
            throw new InvalidArgumentException('sku: 1 to 40 of a-z, 0-9 and -');
        }
        if (!is_int($quantity) || $quantity < 1 || $quantity > 1000) {
            throw new InvalidArgumentException('quantity: integer from 1 to 1000');
        }
        return new self($sku, $quantity);
    }
}
// endregion
