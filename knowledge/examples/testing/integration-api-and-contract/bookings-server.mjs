import { createServer } from 'node:http';

// region server
export function createApp({ bookings = new Map(), verify }) { // no listen() here: the caller decides
  return createServer(async (req, res) => {
    const send = (status, body, headers = {}) =>
      res.writeHead(status, { 'Content-Type': 'application/json', ...headers }).end(body && JSON.stringify(body));
    const user = verify(req.headers.authorization ?? '');
    if (!user) return send(401, undefined, { 'WWW-Authenticate': 'Bearer' });
    if (req.method !== 'POST' || req.url !== '/bookings') return send(404);
    let input;
    try { input = JSON.parse(Buffer.concat(await req.toArray()).toString()); } catch { return send(400); }
    if (typeof input?.room !== 'string' || !(input.nights >= 1)) return send(422);
    const booking = { id: bookings.size + 1, owner: user, room: input.room, nights: input.nights };
    bookings.set(booking.id, booking);
    return send(201, booking, { Location: `/bookings/${booking.id}` });
  });
}
// endregion server
