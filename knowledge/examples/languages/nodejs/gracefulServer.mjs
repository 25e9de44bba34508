// A Node.js HTTP server that stops without dropping requests. Run: node gracefulServer.mjs
import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';

// region shutdown
export function startServer(handler, { port = 8080, drainMs = 10_000, lbDelayMs = 5_000, closeResources = async () => {} } = {}) {
  let stopping = false;
  const server = createServer((req, res) => {
    if (stopping) res.setHeader('Connection', 'close'); // do not let a client reuse this socket
    if (req.url === '/readyz') return res.writeHead(stopping ? 503 : 200).end();
    return handler(req, res);
  });
  server.requestTimeout = 30_000; // whole request received; the default is 300 s
  server.keepAliveTimeout = 65_000; // longer than the load balancer's idle timeout
  server.listen(port);

  async function stop() {
    if (stopping) return; // a second SIGTERM changes nothing
    stopping = true;
    await sleep(lbDelayMs); // readiness is 503: the balancer takes us out while we still accept
    const closed = new Promise((resolve) => server.close(resolve)); // also closes idle keep-alive sockets
    const deadline = setTimeout(() => server.closeAllConnections(), drainMs); // hung requests
    await closed;
    clearTimeout(deadline);
    await closeResources(); // pools, consumers, log transport: after the last request, not before
  }
  return { server, stop };
}
// endregion

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const slow = async (req, res) => {
    const wait = Number(new URL(req.url, 'http://localhost').searchParams.get('ms') ?? 0);
    await sleep(wait);
    res.end('done');
  };
  const numbers = { port: 0, lbDelayMs: 250, drainMs: Number(process.env.DRAIN_MS ?? 2_000) };
  const { server, stop } = startServer(slow, { ...numbers, closeResources: async () => console.log('resources closed') });
  server.on('listening', () => console.log(server.address().port));
  // region signal
  const exit = async (signal) => {
    console.error(`${signal}: draining`);
    await stop();
    process.exitCode = 0; // no process.exit(): let stdout and the log transport flush
  };
  process.once('SIGTERM', exit); // Kubernetes, docker stop, systemd
  process.once('SIGINT', exit);
  // endregion
}
