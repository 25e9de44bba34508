// Authorization code with PKCE in Node.js 20, standard library; for OpenID Connect use the openid-client package.
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

// region client
const random = () => randomBytes(32).toString('base64url'); // 43 characters

export function begin({ authorizationEndpoint, clientId, redirectUri, scope }) {
  const pending = { state: random(), verifier: random() }; // keep in the session of this browser
  const url = new URL(authorizationEndpoint);
  url.search = new URLSearchParams({
    response_type: 'code', client_id: clientId, redirect_uri: redirectUri, scope, state: pending.state,
    code_challenge: createHash('sha256').update(pending.verifier).digest('base64url'), code_challenge_method: 'S256',
  });
  return { url, pending };
}

export async function finish(callbackUrl, pending, { issuer, tokenEndpoint, clientId, redirectUri }) {
  const params = new URL(callbackUrl).searchParams;
  const state = Buffer.from(params.get('state') ?? '');
  const expected = Buffer.from(pending?.state ?? '');
  if (expected.length === 0 || state.length !== expected.length || !timingSafeEqual(state, expected)) throw new Error('state');
  if (params.get('iss') !== issuer) throw new Error('iss'); // this server announces that it always sends iss
  if (!params.has('code')) throw new Error(params.get('error') ?? 'no code');
  const reply = await fetch(tokenEndpoint, {
    method: 'POST',
    signal: AbortSignal.timeout(5_000),
    redirect: 'error',
    body: new URLSearchParams({
      grant_type: 'authorization_code', code: params.get('code'), redirect_uri: redirectUri,
      client_id: clientId, code_verifier: pending.verifier,
    }),
  });
  if (!reply.ok) throw new Error(`token endpoint ${reply.status}`); // invalid_grant: start over, do not retry the code
  return reply.json();
}
// endregion
