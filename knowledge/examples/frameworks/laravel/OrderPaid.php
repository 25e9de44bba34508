<?php

namespace App\Events;

use App\Models\Order;
use Illuminate\Contracts\Events\ShouldDispatchAfterCommit;
use Illuminate\Support\Facades\DB;

// region after_commit
final readonly class OrderPaid implements ShouldDispatchAfterCommit   // held back until the outermost commit
{
    public function __construct(public int $orderId)
    {
    }
}

function pay(Order $order): void
{
    DB::transaction(function () use ($order): void {
        $locked = Order::query()->lockForUpdate()->findOrFail($order->id);
        if ($locked->status === 'paid') {
            return;                                        // second request: nothing to do, no second event
        }
        $locked->forceFill(['status' => 'paid'])->save();
        event(new OrderPaid($locked->id));                 // discarded when the transaction rolls back
        DB::table('outbox')->insert([                      // for what must not get lost: same transaction
            'topic' => 'order.paid',
            'payload' => json_encode(['order_id' => $locked->id], JSON_THROW_ON_ERROR),
            'created_at' => now(),
        ]);
        DB::afterCommit(fn () => cache()->forget("order:{$locked->id}"));
    }, attempts: 3);
}
// endregion
