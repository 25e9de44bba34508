<?php

namespace App\Providers;

use App\Services\ReceiptMailer;
use Illuminate\Cache\RateLimiting\Limit;
use Illuminate\Contracts\Foundation\Application;
use Illuminate\Database\Eloquent\Model;
use Illuminate\Http\Request;
use Illuminate\Support\Facades\RateLimiter;
use Illuminate\Support\ServiceProvider;

// region provider
final class AppServiceProvider extends ServiceProvider
{
    public function register(): void      // bindings only: other providers may not be registered yet
    {
        $this->app->scoped(ReceiptMailer::class, fn (Application $app) => new ReceiptMailer(
            config('services.mail.endpoint'),   // not env(): .env is not read once the configuration is cached
        ));
    }

    public function boot(): void          // everything is registered here
    {
        Model::shouldBeStrict(! $this->app->isProduction());   // lazy loading, dropped and missing attributes throw
        RateLimiter::for('api', fn (Request $request) => Limit::perMinute(120)
            ->by($request->user()?->id ?: $request->ip()));
    }
}
// endregion
