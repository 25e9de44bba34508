<?php

// region versions
use App\Http\Controllers\OrderController;
use App\Http\Controllers\OrderLineController;
use Illuminate\Support\Facades\Route;

Route::prefix('v1')->name('v1.')->middleware(['auth:sanctum', 'throttle:api'])->group(function (): void {
    Route::apiResource('orders', OrderController::class)
        ->only(['index', 'show', 'store'])                 // what you serve, not what the macro offers
        ->whereNumber('order');                            // "abc" is a 404 here, else an SQL error on PostgreSQL
    Route::post('orders/{order}/cancel', [OrderController::class, 'cancel'])->whereNumber('order')->name('orders.cancel');

    Route::get('orders/{order}/lines/{line}', [OrderLineController::class, 'show'])
        ->scopeBindings()                                  // the line is looked up through $order->lines()
        ->whereNumber(['order', 'line']);
});
// endregion
