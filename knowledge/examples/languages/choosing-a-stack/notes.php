<?php
// The rosetta notes service in PHP: one resource, validation, problem+json, health (PHP 8.2 or later, no dependency).
declare(strict_types=1);

// The orderly end belongs to the server: FPM lets workers finish on SIGQUIT, for process_control_timeout seconds.

// PHP keeps nothing in memory between requests, so even the example needs a store outside the process.
$db = new PDO('sqlite:' . getenv('NOTES_DB'), options: [PDO::ATTR_DEFAULT_FETCH_MODE => PDO::FETCH_ASSOC]);
$db->exec('CREATE TABLE IF NOT EXISTS notes (id TEXT PRIMARY KEY, title TEXT NOT NULL, body TEXT NOT NULL)');

// region service
final class Problem extends Exception
{
    public function __construct(public readonly int $status, string $title, public readonly array $extra = [])
    {
        parent::__construct($title);
    }
}

function validate(mixed $in): array
{
    $title = is_array($in) && is_string($in['title'] ?? null) ? trim($in['title']) : '';
    $body = is_array($in) ? ($in['body'] ?? '') : '';
    $errors = [];
    if ($title === '' || mb_strlen($title) > 100) {
        $errors[] = ['pointer' => '/title', 'detail' => '1 to 100 characters'];
    }
    if (!is_string($body) || mb_strlen($body) > 10_000) {
        $errors[] = ['pointer' => '/body', 'detail' => 'text up to 10000 characters'];
    }
    return $errors === [] ? ['title' => $title, 'body' => $body] : throw new Problem(422, 'Validation failed', ['errors' => $errors]);
}

function create(PDO $db): never
{
    try {
        $in = json_decode(file_get_contents('php://input'), associative: true, flags: JSON_THROW_ON_ERROR);
    } catch (JsonException) {
        throw new Problem(400, 'Body is not JSON');
    }
    $note = ['id' => bin2hex(random_bytes(16))] + validate($in);
    $db->prepare('INSERT INTO notes (id, title, body) VALUES (:id, :title, :body)')->execute($note);
    header("Location: /notes/{$note['id']}");
    send(201, $note);
}
// endregion

function fetch(PDO $db, string $id): never
{
    $query = $db->prepare('SELECT id, title, body FROM notes WHERE id = ?');
    $query->execute([$id]);
    send(200, $query->fetch() ?: throw new Problem(404, 'No such note'));
}

function send(int $status, array $body, string $type = 'application/json'): never
{
    http_response_code($status);
    header("Content-Type: $type");
    echo json_encode($body, JSON_THROW_ON_ERROR | JSON_UNESCAPED_UNICODE);
    exit;
}

try {
    $path = parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH);
    match (true) {
        $_SERVER['REQUEST_METHOD'] === 'POST' && $path === '/notes' => create($db),
        $_SERVER['REQUEST_METHOD'] === 'GET' && preg_match('#^/notes/([^/]+)$#', (string) $path, $m) === 1 => fetch($db, $m[1]),
        $path === '/health' => send(200, ['status' => 'ok']),
        default => throw new Problem(404, 'No such note'),
    };
} catch (Problem $p) {
    send($p->status, ['title' => $p->getMessage(), 'status' => $p->status] + $p->extra, 'application/problem+json');
}
