import time

import jwt
import pytest
from client_assertion import ISSUER, ServiceToken
from cryptography.hazmat.primitives.asymmetric import ec

KEY = ec.generate_private_key(ec.SECP256R1())


class TokenEndpoint:
    def __init__(self) -> None:
        self.calls, self.seen = 0, set()

    def __call__(self, form: dict) -> dict:
        options = {"require": ["iss", "sub", "aud", "exp", "jti"]}
        claims = jwt.decode(form["client_assertion"], KEY.public_key(), ["ES256"], audience=ISSUER, options=options,
                            leeway=600)  # the test moves the client's clock
        assert claims["iss"] == claims["sub"] == "billing-job" and claims["jti"] not in self.seen
        self.seen.add(claims["jti"])
        self.calls += 1
        assert form["resource"] == "https://orders.api.example.com"
        return {"access_token": f"t{self.calls}", "token_type": "Bearer", "expires_in": 300}


@pytest.fixture
def clock() -> list[float]:
    return [time.time()]


def source(endpoint, clock, key=KEY) -> ServiceToken:
    scope = "orders:read"
    return ServiceToken("billing-job", key, "k1", "https://orders.api.example.com", scope, endpoint, lambda: clock[0])


def test_one_request_serves_many_calls_and_renewal_comes_before_expiry(clock) -> None:
    endpoint = TokenEndpoint()
    token = source(endpoint, clock)
    assert {token.get() for _ in range(100)} == {"t1"}
    clock[0] += 239
    assert token.get() == "t1"
    clock[0] += 1  # 80 % of 300 s
    assert token.get() == "t2" and endpoint.calls == 2


def test_a_refused_token_is_replaced_once(clock) -> None:
    endpoint = TokenEndpoint()
    token = source(endpoint, clock)
    old = token.get()
    token.refused(old)
    assert token.get() == "t2"
    token.refused(old)  # a slower request reports the same old token
    assert token.get() == "t2" and endpoint.calls == 2


def test_an_outage_of_the_token_endpoint_is_bridged_to_the_end_of_the_token_and_no_longer(clock) -> None:
    endpoint, down = TokenEndpoint(), [False]

    def post(form: dict) -> dict:
        if down[0]:
            raise TimeoutError
        return endpoint(form)

    token = source(post, clock)
    assert token.get() == "t1"
    down[0] = True
    clock[0] += 250
    assert token.get() == "t1"
    clock[0] += 50
    with pytest.raises(TimeoutError):
        token.get()
    down[0] = False
    assert token.get() == "t2"
    down[0] = True
    token.refused("t2")  # refused by the API: not bridged
    with pytest.raises(TimeoutError):
        token.get()


def test_assertion_of_another_key_or_for_another_server_is_refused(clock) -> None:
    with pytest.raises(jwt.InvalidSignatureError):
        source(TokenEndpoint(), clock, ec.generate_private_key(ec.SECP256R1())).get()
    stolen = source(TokenEndpoint(), clock).assertion()
    with pytest.raises(jwt.InvalidAudienceError):
        jwt.decode(stolen, KEY.public_key(), ["ES256"], audience="https://other.example")
