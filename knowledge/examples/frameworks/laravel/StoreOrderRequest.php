<?php

namespace App\Http\Requests;

use App\Models\Customer;
use App\Models\Order;
use Illuminate\Foundation\Http\Attributes\FailOnUnknownFields;
use Illuminate\Foundation\Http\FormRequest;
use Illuminate\Validation\Rule;

// region form_request
#[FailOnUnknownFields]   // otherwise unknown names are dropped in silence
final class StoreOrderRequest extends FormRequest
{
    public function authorize(): bool   // runs before the rules; without this method everybody is authorised
    {
        return $this->user()->can('create', Order::class);
    }

    /** @return array<string, list<mixed>> */
    public function rules(): array
    {
        return [
            'reference' => ['required', 'string', 'max:40'],
            'customer_id' => [
                'required', 'integer',
                // exists:customers,id alone accepts the customer of another organisation
                Rule::exists(Customer::class, 'id')->where('organisation_id', $this->user()->organisation_id),
            ],
            'lines' => ['required', 'array', 'list', 'min:1', 'max:100'],
            'lines.*.sku' => ['required', 'string', 'max:40', 'distinct'],
            'lines.*.quantity' => ['required', 'integer', 'between:1,1000'],
        ];
    }
}
// endregion
