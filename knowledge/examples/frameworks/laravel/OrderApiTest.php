<?php

// region pest
use App\Jobs\SendReceipt;
use App\Models\Order;
use App\Models\User;
use Illuminate\Foundation\Testing\RefreshDatabase;
use Illuminate\Support\Facades\Queue;
use Laravel\Sanctum\Sanctum;

pest()->use(RefreshDatabase::class);

beforeEach(function (): void {
    Queue::fake();
    $this->author = User::factory()->forOrganisation()->create();
    $this->order = Order::factory()->for($this->author)->create(['organisation_id' => $this->author->organisation_id]);
});

it('hides the order of another organisation on every route', function (): void {
    Sanctum::actingAs(User::factory()->forOrganisation()->create());
    $this->getJson('/api/orders')->assertOk()->assertJsonCount(0, 'data');
    $this->getJson("/api/orders/{$this->order->id}")->assertNotFound()->assertExactJson(['message' => 'Not Found']);
    $this->postJson("/api/orders/{$this->order->id}/cancel")->assertNotFound();
    $this->getJson('/api/orders/999999')->assertNotFound()->assertExactJson(['message' => 'Not Found']);
});

it('lets a colleague read but not cancel', function (): void {
    Sanctum::actingAs(User::factory()->create(['organisation_id' => $this->author->organisation_id]));
    $this->getJson("/api/orders/{$this->order->id}")->assertOk();
    $this->postJson("/api/orders/{$this->order->id}/cancel")->assertForbidden();
});

it('refuses a foreign customer and queues nothing', function (): void {
    Sanctum::actingAs($this->author);
    $this->postJson('/api/orders', ['reference' => 'R-1', 'customer_id' => 999999, 'lines' => []])
        ->assertUnprocessable()->assertJsonValidationErrors(['customer_id', 'lines']);
    Queue::assertNotPushed(SendReceipt::class);
});
// endregion
