// The device's half of the device authorization grant (Node.js 20, standard library).
// region device
const GRANT = 'urn:ietf:params:oauth:grant-type:device_code';

export async function signIn({ post, clientId, scope, show, sleep, now = Date.now }) {
  // post(endpoint, form) sends application/x-www-form-urlencoded and returns { status, body }
  const start = (await post('device_authorization', { client_id: clientId, scope })).body;
  show(start.verification_uri, start.user_code); // never the device_code
  let wait = (start.interval ?? 5) * 1000;
  const end = now() + start.expires_in * 1000;
  while (now() < end) {
    await sleep(wait);
    let reply;
    try {
      reply = await post('token', { grant_type: GRANT, device_code: start.device_code, client_id: clientId });
      if (reply.status >= 500) throw new Error('server');
    } catch {
      wait *= 2; // timeout, connection failure or outage: back off
      continue;
    }
    if (reply.status === 200) return reply.body;
    if (reply.body.error === 'authorization_pending') continue;
    if (reply.body.error === 'slow_down') { wait += 5000; continue; } // from now on, not once
    throw new Error(reply.body.error); // access_denied, expired_token, anything else: stop
  }
  throw new Error('expired_token');
}
// endregion
