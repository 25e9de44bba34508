// The opening handshake by hand, to see what a library does. Use a library for the frames.
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';

// region handshake
const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'; // fixed by RFC 6455

export const acceptFor = (key) => createHash('sha1').update(key + GUID).digest('base64');

const refuse = (socket, status, extra = '') =>
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n${extra}\r\n`);

export function liveServer({ origins, authenticate, onSocket }) {
  const server = createServer((req, res) => res.writeHead(426, { Connection: 'Upgrade', Upgrade: 'websocket' }).end());
  server.on('upgrade', async (req, socket) => {
    socket.on('error', () => socket.destroy());
    const { upgrade = '', origin } = req.headers;
    const key = req.headers['sec-websocket-key'] ?? '';
    if (upgrade.toLowerCase() !== 'websocket' || Buffer.from(key, 'base64').length !== 16) {
      return refuse(socket, '400 Bad Request');
    }
    if (req.headers['sec-websocket-version'] !== '13') {
      return refuse(socket, '426 Upgrade Required', 'Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n');
    }
    if (!origins.has(origin)) return refuse(socket, '403 Forbidden');
    const user = await authenticate(req).catch(() => undefined); // cookie or Authorization, before the 101
    if (!user) return refuse(socket, '401 Unauthorized', 'WWW-Authenticate: Bearer\r\n');
    socket.write(
      'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
      `Sec-WebSocket-Accept: ${acceptFor(key)}\r\n\r\n`,
    );
    onSocket(socket, user);
  });
  return server;
}
// endregion
