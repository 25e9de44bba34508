// The client's address behind one reverse proxy whose network we know. Run the checks: npm install && npm run check
import express from 'express';
import Fastify from 'fastify';

// region trust
const PROXIES = ['10.0.0.11']; // the address our proxy connects from; a subnet only if it changes

export function expressBehindProxy(proxies = PROXIES) {
  const app = express();
  app.set('trust proxy', proxies);
  app.get('/', (req, res) => res.json({ ip: req.ip, secure: req.secure }));
  return app;
}

export function fastifyBehindProxy(proxies = PROXIES) {
  const app = Fastify({ trustProxy: proxies });
  app.get('/', async (request) => ({ ip: request.ip, secure: request.protocol === 'https' }));
  return app;
}
// endregion
