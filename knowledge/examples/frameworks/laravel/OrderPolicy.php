<?php

namespace App\Policies;

use App\Models\Order;
use App\Models\User;
use Illuminate\Auth\Access\Response;

// region policy
final class OrderPolicy
{
    public function view(User $user, Order $order): Response
    {
        return $user->organisation_id === $order->organisation_id
            ? Response::allow()
            : Response::denyAsNotFound();          // 404: a foreign order does not exist
    }

    public function create(User $user): bool
    {
        return $user->organisation_id !== null;
    }

    public function cancel(User $user, Order $order): Response
    {
        if ($this->view($user, $order)->denied()) {
            return Response::denyAsNotFound();
        }
        return $user->id === $order->user_id
            ? Response::allow()
            : Response::deny('Only the author may cancel an order.');   // 403: a colleague may know it exists
    }
}
// endregion
