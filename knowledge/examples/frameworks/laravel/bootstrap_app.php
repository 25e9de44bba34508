<?php

// region bootstrap
use Illuminate\Foundation\Application;
use Illuminate\Foundation\Configuration\Exceptions;
use Illuminate\Foundation\Configuration\Middleware;
use Illuminate\Http\Request;
use Symfony\Component\HttpKernel\Exception\HttpException;

return Application::configure(basePath: dirname(__DIR__))
    ->withRouting(api: __DIR__.'/../routes/api.php', health: '/up')
    ->withMiddleware(function (Middleware $middleware): void {
        $middleware->trustProxies(at: ['10.0.0.11']);      // your proxy only; '*' believes everybody's headers
        $middleware->statefulApi();                        // cookie sessions for the own front end
        $middleware->redirectGuestsTo(null);               // API only: the default asks for a route named login, a 500
    })
    ->withExceptions(function (Exceptions $exceptions): void {
        $exceptions->shouldRenderJsonWhen(fn (Request $request) => $request->is('api/*') || $request->expectsJson());
        // one body for every 404: the default message of a missing model names its class and id
        $exceptions->render(fn (HttpException $error, Request $request) =>
            $error->getStatusCode() === 404 && $request->is('api/*')
                ? response()->json(['message' => 'Not Found'], 404)
                : null);
    })
    ->create();
// endregion
