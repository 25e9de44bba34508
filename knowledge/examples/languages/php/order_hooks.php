<?php

declare(strict_types=1);

// region hooks
final class Customer
{
    public function __construct(
        public readonly int $id,
        string $email,
        public private(set) int $orders = 0,       // read by everyone, written by this class (8.4)
    ) {
        $this->email = $email;                     // runs the hook
    }

    public string $email {                         // property hook (8.4)
        set (string $value) {
            $value = strtolower(trim($value));
            if (filter_var($value, FILTER_VALIDATE_EMAIL) === false) {
                throw new InvalidArgumentException('email');
            }
            $this->email = $value;
        }
    }

    public function countOrder(): void
    {
        $this->orders++;
    }
}
// endregion
