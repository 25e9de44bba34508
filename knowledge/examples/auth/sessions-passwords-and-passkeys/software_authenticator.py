"""A passkey in software, for tests: makes registrations and assertions that can be wrong in one chosen detail."""

import hashlib
import json
import secrets
import struct
from base64 import urlsafe_b64encode

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec


def b64(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


class Passkey:
    def __init__(self, rp_id: str = "example.com", origin: str = "https://app.example.com") -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.id, self.rp_id, self.origin, self.count = secrets.token_bytes(16), rp_id, origin, 0

    def _client(self, kind: str, challenge: bytes, origin: str | None) -> bytes:
        data = {"type": kind, "challenge": b64(challenge), "origin": origin or self.origin, "crossOrigin": False}
        return json.dumps(data).encode()

    def _auth(self, flags: int, rp_id: str | None = None) -> bytes:
        return hashlib.sha256((rp_id or self.rp_id).encode()).digest() + struct.pack(">BI", flags, self.count)

    def create(self, challenge: bytes, *, flags: int = 0x45, origin: str | None = None) -> dict:
        public = self.key.public_key().public_numbers()
        cose = cbor2.dumps({1: 2, 3: -7, -1: 1, -2: public.x.to_bytes(32, "big"), -3: public.y.to_bytes(32, "big")})
        data = self._auth(flags) + bytes(16) + struct.pack(">H", len(self.id)) + self.id + cose
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        response = {"clientDataJSON": b64(self._client("webauthn.create", challenge, origin)),
                    "attestationObject": b64(attestation)}
        return {"id": b64(self.id), "rawId": b64(self.id), "type": "public-key", "response": response}

    def get(self, challenge: bytes, *, flags: int = 0x05, origin: str | None = None, rp_id: str | None = None,
            kind: str = "webauthn.get") -> dict:
        client, auth = self._client(kind, challenge, origin), self._auth(flags, rp_id)
        signature = self.key.sign(auth + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        response = {"clientDataJSON": b64(client), "authenticatorData": b64(auth), "signature": b64(signature)}
        return {"id": b64(self.id), "rawId": b64(self.id), "type": "public-key", "response": response}
