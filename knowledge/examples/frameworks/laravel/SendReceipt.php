<?php

namespace App\Jobs;

use App\Models\Order;
use App\Services\ReceiptMailer;
use Illuminate\Contracts\Queue\ShouldQueue;
use Illuminate\Foundation\Queue\Queueable;
use Illuminate\Queue\Attributes\Backoff;
use Illuminate\Queue\Attributes\Timeout;
use Illuminate\Queue\Attributes\Tries;
use Illuminate\Support\Facades\Log;
use Throwable;

// region job
#[Tries(30)]                    // about four hours in all: the attempts must outlast an outage
#[Backoff(10, 60, 300, 600)]    // the last value repeats
#[Timeout(30)]                  // shorter than retry_after of the connection, else two workers run it
final class SendReceipt implements ShouldQueue
{
    use Queueable;

    public function __construct(public readonly int $orderId)   // an id: the job reads the current row
    {
    }

    public function handle(ReceiptMailer $mailer): void
    {
        $order = Order::with('customer')->find($this->orderId);
        if ($order === null || $order->receipt_sent_at !== null) {
            return;                                             // gone, or delivered twice
        }
        $mailer->send($order, idempotencyKey: "receipt-{$order->id}");
        $order->forceFill(['receipt_sent_at' => now()])->save();
    }

    public function failed(?Throwable $error): void
    {
        Log::error('receipt failed', ['order' => $this->orderId, 'exception' => $error]);
    }
}
// endregion
