<?php

namespace App\Http\Controllers;

use App\Actions\PlaceOrder;
use App\Http\Requests\StoreOrderRequest;
use App\Http\Resources\OrderResource;
use App\Models\Order;
use Illuminate\Http\JsonResponse;
use Illuminate\Http\Request;
use Illuminate\Http\Resources\Json\AnonymousResourceCollection;
use Illuminate\Http\Response;
use Illuminate\Support\Facades\Gate;

// region controller
final class OrderController
{
    public function index(Request $request): AnonymousResourceCollection
    {
        $orders = Order::query()
            ->where('organisation_id', $request->user()->organisation_id)   // policies do not filter lists
            ->with('customer:id,name')
            ->withCount('lines')
            ->orderBy('id')
            ->cursorPaginate(50);

        return OrderResource::collection($orders);
    }

    public function show(Order $order): OrderResource
    {
        Gate::authorize('view', $order);

        return OrderResource::make($order->load('customer:id,name', 'lines'));
    }

    public function store(StoreOrderRequest $request, PlaceOrder $placeOrder): JsonResponse
    {
        $order = $placeOrder($request->user(), $request->validated());   // never $request->all()

        return OrderResource::make($order->load('lines'))->response()->setStatusCode(201);
    }

    public function cancel(Order $order): Response
    {
        Gate::authorize('cancel', $order);
        $order->forceFill(['status' => 'cancelled'])->save();

        return response()->noContent();
    }
}
// endregion
