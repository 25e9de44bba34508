import { WebSocketServer } from 'ws';

// region ws-heartbeat
const server = new WebSocketServer({ port: 8080, maxPayload: 64 * 1024 });

server.on('connection', (socket) => {
  socket.isAlive = true;
  socket.on('pong', () => { socket.isAlive = true; });
  socket.on('error', () => socket.terminate());
});

const timer = setInterval(() => {
  for (const socket of server.clients) {
    if (!socket.isAlive) { socket.terminate(); continue; } // no close handshake: nobody would answer it
    socket.isAlive = false;
    socket.ping();
  }
}, 30_000);

server.on('close', () => clearInterval(timer));
// endregion
