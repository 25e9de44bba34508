<?php

namespace App\Http;

use App\Exceptions\OutOfStock;
use Illuminate\Auth\AuthenticationException;
use Illuminate\Http\Request;
use Illuminate\Validation\ValidationException;
use Symfony\Component\HttpFoundation\Response;
use Symfony\Component\HttpKernel\Exception\HttpExceptionInterface;
use Throwable;

// region problem
// in bootstrap/app.php: ->withExceptions(fn (Exceptions $exceptions) => $exceptions->respond(new ProblemResponse))
final class ProblemResponse
{
    private const KINDS = [   // what clients switch on: published once, never changed
        ValidationException::class => 'validation-error',
        AuthenticationException::class => 'not-signed-in',
        OutOfStock::class => 'out-of-stock',               // mapped with the original as previous
    ];

    public function __invoke(Response $response, Throwable $error, Request $request): Response
    {
        if (! $request->is('api/*')) {
            return $response;
        }
        $status = $response->getStatusCode();
        $kind = self::KINDS[$error::class] ?? self::KINDS[get_debug_type($error->getPrevious())] ?? null;
        $type = $kind ? "https://api.example.com/problems/$kind" : 'about:blank';   // the status says it all
        $problem = ['type' => $type, 'title' => Response::$statusTexts[$status] ?? 'Error', 'status' => $status];
        if ($error instanceof ValidationException) {
            foreach ($error->errors() as $field => $messages) {
                $problem['errors'][] = ['pointer' => '#/'.str_replace('.', '/', $field), 'detail' => $messages[0]];
            }
        } elseif ($error instanceof HttpExceptionInterface && $status < 500 && $status !== 404) {
            $problem['detail'] = $error->getMessage();     // 404: names model and id; 5xx: names everything
        }
        if ($status === 401) {
            $response->headers->set('WWW-Authenticate', 'Bearer');   // Laravel sends none
        }
        $response->headers->set('Content-Type', 'application/problem+json');   // Allow and Retry-After stay

        return $response->setContent(json_encode($problem, JSON_THROW_ON_ERROR));
    }
}
// endregion
