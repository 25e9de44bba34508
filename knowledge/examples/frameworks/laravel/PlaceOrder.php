<?php

namespace App\Actions;

use App\Jobs\SendReceipt;
use App\Models\Order;
use App\Models\Stock;
use App\Models\User;
use Illuminate\Support\Facades\DB;
use Symfony\Component\HttpKernel\Exception\ConflictHttpException;

// region place_order
final class PlaceOrder
{
    /** @param array{reference: string, customer_id: int, lines: list<array{sku: string, quantity: int}>} $data */
    public function __invoke(User $user, array $data): Order
    {
        return DB::transaction(function () use ($user, $data): Order {
            foreach (collect($data['lines'])->sortBy('sku') as $line) {     // fixed order: no deadlock between two orders
                $taken = Stock::where('sku', $line['sku'])
                    ->where('available', '>=', $line['quantity'])
                    ->decrement('available', $line['quantity']);
                if ($taken !== 1) {
                    throw new ConflictHttpException("Not enough {$line['sku']} in stock.");
                }
            }
            $order = new Order(['customer_id' => $data['customer_id'], 'reference' => $data['reference']]);
            $order->forceFill([
                'organisation_id' => $user->organisation_id,                // from the session, never from the body
                'user_id' => $user->id,
                'status' => 'new',
            ])->save();
            $order->lines()->createMany($data['lines']);
            SendReceipt::dispatch($order->id)->afterCommit();               // the default is: at once, before the commit

            return $order;
        }, attempts: 3);                                                    // runs again after a deadlock
    }
}
// endregion
