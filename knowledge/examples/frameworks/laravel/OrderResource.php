<?php

namespace App\Http\Resources;

use Illuminate\Http\Request;
use Illuminate\Http\Resources\Json\JsonResource;

// region resource
/** @mixin \App\Models\Order */
final class OrderResource extends JsonResource
{
    /** @return array<string, mixed> */
    public function toArray(Request $request): array
    {
        return [                                   // an explicit list: parent::toArray() would publish every column
            'id' => $this->id,
            'reference' => $this->reference,
            'status' => $this->status,
            'customer' => $this->whenLoaded('customer', fn () => $this->customer->name),
            'lines_count' => $this->whenCounted('lines'),
            'lines' => OrderLineResource::collection($this->whenLoaded('lines')),
            'created_at' => $this->created_at->toIso8601ZuluString(),
        ];
    }
}
// endregion
