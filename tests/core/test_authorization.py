"""The Authorization header: documented claims, renewed in time, one token for many threads."""

from __future__ import annotations

import itertools
import threading
import time
import warnings
from concurrent.futures import ThreadPoolExecutor

import jwt
import pytest

from kling_api.auth import Authorization, json_web_token
from kling_api.settings import Credentials

#: As long as Kling's own keys: 32 characters each (seen 2026-06).
PAIR = Credentials(access_key="AK_FAKE_0123456789abcdef01234567", secret_key="SK_FAKE_0123456789abcdef01234567")
NOW = 1_800_000_000.0
#: Computed by hand from the documented claims and compact JSON.
SAMPLE = (
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9"
    ".eyJpc3MiOiJBS19FWEFNUExFIiwiZXhwIjoxODAwMDAxODAwLCJuYmYiOjE3OTk5OTk5OTV9"
    ".3NHnzDfJ0GhMgeXmICCLWKbokTNn8BmGRm29yOinjHI"
)


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> float:
        return self.now


def _token(header: str) -> str:
    scheme, _, token = header.partition(" ")
    assert scheme == "Bearer"
    return token


def test_a_token_has_the_documented_claims_and_no_others() -> None:
    token = json_web_token(PAIR, NOW + 0.9)
    claims = jwt.decode(
        token,
        PAIR.secret_key,
        algorithms=["HS256"],
        options={"verify_exp": False, "verify_nbf": False, "enforce_minimum_key_length": True},
    )
    assert claims == {"iss": PAIR.access_key, "exp": 1_800_001_800, "nbf": 1_799_999_995}
    assert jwt.get_unverified_header(token) == {"alg": "HS256", "typ": "JWT"}


def test_keys_of_the_usual_length_make_no_warning() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        json_web_token(PAIR, NOW)


def test_the_sample_token_of_the_reference_is_made_letter_by_letter() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # PyJWT warns of secret keys as short as this example
        token = json_web_token(Credentials(access_key="AK_EXAMPLE", secret_key="SK_EXAMPLE"), NOW)
    assert token == SAMPLE


def test_an_api_key_is_sent_as_it_is() -> None:
    assert Authorization(Credentials(api_key="api-key-kling-FAKE")).header() == "Bearer api-key-kling-FAKE"


def test_a_token_is_kept_while_it_lives_and_renewed_before_it_ends() -> None:
    clock = Clock()
    authorization = Authorization(PAIR, clock)
    first = authorization.header()
    clock.now = NOW + 1800 - 121
    assert authorization.header() == first
    clock.now = NOW + 1800 - 119
    second = authorization.header()
    assert second != first
    claims = jwt.decode(_token(second), options={"verify_signature": False})
    assert claims["exp"] == int(clock.now) + 1800


@pytest.mark.parametrize("days", [1, 365])
def test_a_token_is_made_anew_when_the_clock_was_set_back(days: int) -> None:
    clock = Clock()
    authorization = Authorization(PAIR, clock)
    authorization.header()
    clock.now = NOW - days * 86400
    claims = jwt.decode(_token(authorization.header()), options={"verify_signature": False})
    assert claims["nbf"] <= clock.now < claims["exp"]


def test_many_threads_share_one_token() -> None:
    seconds = itertools.count()

    def slow_clock() -> float:
        time.sleep(0.005)
        return NOW + next(seconds)  # so that no two tokens are alike

    authorization = Authorization(PAIR, slow_clock)
    together = threading.Barrier(16)

    def ask(_: int) -> str:
        together.wait()
        return authorization.header()

    with ThreadPoolExecutor(16) as pool:
        headers = set(pool.map(ask, range(16)))
    assert len(headers) == 1
