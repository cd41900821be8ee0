"""Who is asking: the Authorization header against the accounts, refused in the words that the platform uses.

Texts of 1001, of an unknown API key, of a wrong number of parts and of the new standard were seen live in 2026; those
of 1003, 1004, a wrong signature and an unknown access key are inferred.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence

import jwt

from .config import Account
from .refusals import Refused

API_KEY_PREFIX = "api-key-kling-"
_NO_ACCESS_KEYS = (
    "Authentication error. The current API does not support AK/SK; "
    "please go to the console (https://kling.ai/dev/api-key) to create API key."
)


def authenticate(header: str | None, accounts: Sequence[Account], now: float, new_standard: bool = False) -> Account:
    """The account of the key. `now` in epoch seconds; `new_standard`: only API keys are taken. Raises Refused."""
    scheme, _, token = (header or "").partition(" ")
    if not token.isascii():
        raise _invalid()
    if token.startswith(API_KEY_PREFIX) and scheme == "Bearer":
        return _by_api_key(token, accounts)
    if new_standard:
        raise Refused(1002, _NO_ACCESS_KEYS)
    if not header or not header.strip() or header.strip() == "Bearer":
        raise Refused(1001, "Authorization is empty")
    if scheme != "Bearer" or token != token.strip():
        raise _invalid()
    return _by_token(token, accounts, now)


def account_of(header: str | None, accounts: Sequence[Account], now: float) -> Account:
    """The way of the gateways: `Bearer` or nothing before an API key of any form, or before a token of a key pair."""
    key = (header or "").removeprefix("Bearer ").strip()
    if not key or key == "Bearer":
        raise Refused(1001, "Authorization is empty")
    if not key.isascii():
        raise _invalid()
    return _by_token(key, accounts, now) if key.count(".") == 2 else _by_api_key(key, accounts)


def _by_api_key(key: str, accounts: Sequence[Account]) -> Account:
    for account in accounts:
        if any(_same(key, known) for known in account.api_keys):
            return account
    raise Refused(1002, "api key not found")


def _by_token(token: str, accounts: Sequence[Account], now: float) -> Account:
    if token.count(".") != 2:
        raise Refused(1002, f"The token was expected to have 3 parts, but got {_parts(token)}.")
    try:
        issuer = jwt.decode(token, options={"verify_signature": False}).get("iss")
    except jwt.InvalidTokenError:
        raise _invalid() from None
    account = next((account for account in accounts if account.access_key and account.access_key == issuer), None)
    if account is None:
        raise _invalid()
    claims = _verified_claims(token, account)
    if now < _seconds(claims.get("nbf", 0)):
        raise Refused(1003, "Authorization is not yet valid")
    if now >= _seconds(claims.get("exp")):
        raise Refused(1004, "Authorization has expired")
    return account


def _verified_claims(token: str, account: Account) -> dict[str, object]:
    """The claims, once the signature is right. Times are looked at by the sandbox's own clock, not by the library."""
    unchecked = dict.fromkeys(("verify_exp", "verify_nbf", "verify_iat", "verify_aud"), False)
    try:
        return jwt.decode(token, account.secret_key, algorithms=["HS256"], options=unchecked)  # type: ignore[arg-type]
    except jwt.InvalidTokenError:
        raise _invalid() from None


def _parts(token: str) -> str:
    """The way in which Kling's library counts them: none without a dot, else the dots plus one, or "> 3"."""
    return {0: "0", 1: "2"}.get(token.count("."), "> 3")


def _seconds(claim: object) -> float:
    if isinstance(claim, int | float) and not isinstance(claim, bool):
        return float(claim)
    raise _invalid()


def _same(given: str, known: str) -> bool:
    return hmac.compare_digest(given.encode(), known.encode())


def _invalid() -> Refused:
    return Refused(1002, "Authorization is invalid")
