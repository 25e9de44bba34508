// Access-token validation with jose 6. jose is not installed for the example tests: npm install jose
// region jose
import { createRemoteJWKSet, errors, jwtVerify } from 'jose';

const jwks = createRemoteJWKSet(new URL('https://id.example.com/.well-known/jwks.json'), {
  cacheMaxAge: 600_000, cooldownDuration: 30_000, timeoutDuration: 5_000, // the defaults, written down
});

export async function validate(token, keys = jwks) {
  try {
    const { payload } = await jwtVerify(token, keys, {
      algorithms: ['ES256'],
      typ: 'at+jwt',
      issuer: 'https://id.example.com',
      audience: 'https://orders.api.example.com',
      requiredClaims: ['exp', 'iat', 'jti', 'sub', 'client_id'],
      clockTolerance: 30,
    });
    return payload;
  } catch (cause) {
    const outage = ['ERR_JWKS_TIMEOUT', 'ERR_JWKS_INVALID', 'ERR_JOSE_GENERIC'].includes(cause.code); // the key endpoint's fault
    const status = outage || !(cause instanceof errors.JOSEError) ? 503 : 401;
    throw Object.assign(new Error('token not accepted', { cause }), { status });
  }
}
// endregion
