"""Who may ask: the refusals of both generations, in the words seen live."""

from __future__ import annotations

import pytest
import requests

from kling_api.sandbox import DEFAULT_API_KEY, Account, Sandbox

from .driver import SMALL, TEXT, Api, Start, token

NEW = "/text-to-video/kling-3.0-turbo"
NO_ACCESS_KEYS = (
    "Authentication error. The current API does not support AK/SK; "
    "please go to the console (https://kling.ai/dev/api-key) to create API key."
)


def ask(sandbox: Sandbox, authorization: str | None, path: str = TEXT) -> tuple[int, int, str]:
    headers = {} if authorization is None else {"Authorization": authorization}
    answer = requests.post(sandbox.url + path, json=SMALL, headers=headers, timeout=20)
    assert "data" not in answer.json() or answer.status_code == 200
    return answer.status_code, answer.json()["code"], answer.json()["message"]


@pytest.mark.parametrize(
    ("authorization", "code", "message"),
    [
        (None, 1001, "Authorization is empty"),
        ("Bearer", 1001, "Authorization is empty"),
        ("Bearer api-key-kling-bogus", 1002, "api key not found"),
        ("Bearer nonsense", 1002, "The token was expected to have 3 parts, but got 0."),
        ("Bearer a.b", 1002, "The token was expected to have 3 parts, but got 2."),
        ("Bearer a.b.c", 1002, "Authorization is invalid"),
        ("Basic abc", 1002, "Authorization is invalid"),
        ("Bearer é.é.é", 1002, "Authorization is invalid"),
        (f"Bearer {token(key='unknown')}", 1002, "Authorization is invalid"),
        (f"Bearer {token(secret='another-secret-key-0123456789abcdef')}", 1002, "Authorization is invalid"),
        (f"Bearer {token(start=3600)}", 1003, "Authorization is not yet valid"),
        (f"Bearer {token(start=-100, end=-1)}", 1004, "Authorization has expired"),
    ],
)
def test_a_bad_key_is_refused_with_the_code_that_says_why(
    shared: Sandbox, authorization: str | None, code: int, message: str
) -> None:
    assert ask(shared, authorization) == (401, code, message)


@pytest.mark.parametrize("authorization", [None, "Bearer nonsense", f"Bearer {token()}"])
def test_the_new_standard_takes_nothing_but_an_api_key(shared: Sandbox, authorization: str | None) -> None:
    assert ask(shared, authorization, NEW) == (401, 1002, NO_ACCESS_KEYS)
    assert ask(shared, f"Bearer {DEFAULT_API_KEY}", NEW)[0] == 200


def test_a_token_of_access_key_and_secret_key_opens_the_old_paths(shared: Sandbox) -> None:
    assert ask(shared, f"Bearer {token()}")[0] == 200


def test_accounts_do_not_see_each_other(start: Start) -> None:
    other = Account("other", ("api-key-kling-other",), "other-access-key", "other-secret-key-0123456789abcdef")
    sandbox = start(accounts=(Account(), other))
    mine, theirs = Api(sandbox), Api(sandbox, "api-key-kling-other")
    task = mine.create(external_task_id="same")
    assert theirs.get(f"{TEXT}/{task}").json()["code"] == 1201
    assert theirs.create(external_task_id="same") != task
    assert Api(sandbox, token("other-access-key", "other-secret-key-0123456789abcdef")).get(f"{TEXT}/same").ok
    assert mine.get("/tasks", external_task_ids="same").json()["data"][0]["id"] == task


def test_no_key_stands_in_what_the_sandbox_tells_of_itself(shared: Sandbox) -> None:
    assert "api-key" not in repr(shared.config)
    assert "secret-key" not in repr(shared.config)
    assert "api-key" not in requests.get(f"{shared.url}/sandbox/state", timeout=20).text
