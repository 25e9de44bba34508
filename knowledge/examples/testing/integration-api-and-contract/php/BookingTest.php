<?php

namespace Tests\Feature;

use App\Models\Booking;
use App\Models\User;
use Illuminate\Foundation\Testing\RefreshDatabase;
use Tests\TestCase;

// region laravel
class BookingTest extends TestCase
{
    use RefreshDatabase; // migrates once, then wraps each test in a transaction

    public function test_a_stranger_gets_404(): void
    {
        $booking = Booking::factory()->for(User::factory(), 'owner')->create();

        $this->actingAs(User::factory()->create(), 'sanctum')
            ->getJson("/api/bookings/{$booking->id}")
            ->assertNotFound();
    }

    public function test_without_a_token_nothing_is_stored(): void
    {
        $this->postJson('/api/bookings', ['room' => '204', 'nights' => 2])->assertUnauthorized();
        $this->assertDatabaseCount('bookings', 0);
    }
}
// endregion laravel
