"""A planted key is nowhere to be found: not in files, logs, errors, tracebacks or texts of objects."""

from __future__ import annotations

import traceback
from collections.abc import Callable

import pytest

from kling_api.client import Client
from kling_api.errors import KlingError
from kling_api.operations import Text2Video
from kling_api.sandbox.config import Account
from kling_api.settings import Credentials, Profile, load_profile

from .conftest import Stage

API_KEY = "api-key-kling-planted0123456789"
ACCESS_KEY = "planted-access-key-abcdefghij"
SECRET_KEY = "planted-secret-key-klmnopqrstuvwxyz0123456789"
PLANTED = (API_KEY, ACCESS_KEY, SECRET_KEY)
ACCOUNT = Account("planted", (API_KEY,), ACCESS_KEY, SECRET_KEY)
PAIR = Credentials(access_key=ACCESS_KEY, secret_key=SECRET_KEY)
JOB = Text2Video(prompt="A paper boat", duration=3)
FAULTS = ["", "refuse", "drop_after", "error_before", "garbage", "fail_task", "truncated_download"]


@pytest.mark.parametrize("credentials", [Credentials(api_key=API_KEY), PAIR], ids=["API key", "key pair"])
@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_key_is_in_nothing_that_is_written(
    make_stage: Callable[..., Stage], caplog: pytest.LogCaptureFixture, fault: str, credentials: Credentials
) -> None:
    stage = make_stage(accounts=(ACCOUNT,))
    if fault:
        stage.fault(fault, times=None)
    profile = Profile("planted", stage.sandbox.url, "official", credentials, stage.home)
    client = Client(profile)
    texts = [repr(profile), str(profile), repr(client), repr(vars(client))]
    try:
        texts.append(repr(client.run(JOB)))
    except KlingError as error:
        texts += [str(error), repr(error), "".join(traceback.format_exception(error)), repr(vars(error))]
    texts += [repr(job) for job in client.ledger.jobs()]
    texts += [record.getMessage() for record in caplog.records]
    for text in texts:
        assert not [key for key in PLANTED if key in text], text
        assert "eyJ" not in text  # a token
        assert "signature=" not in text  # a signed URL
    for file in stage.home.rglob("*"):
        if file.is_file():
            content = file.read_bytes()
            assert not [key for key in PLANTED if key.encode() in content], file


def test_a_key_that_a_server_quotes_is_masked_also_when_the_profile_was_made_by_hand(
    make_stage: Callable[..., Stage],
) -> None:
    odd = "myOddKey!x9"
    stage = make_stage(accounts=(Account("odd", (odd,)),))
    stage.fault("refuse", code=1201, message=f"bad value near {odd}")
    client = Client(Profile("odd", stage.sandbox.url, "official", Credentials(api_key=odd), stage.home))
    with pytest.raises(KlingError) as caught:
        client.run(JOB)
    assert odd not in str(caught.value)
    assert odd not in repr(client.ledger.jobs())


@pytest.mark.parametrize(
    "url",
    [
        "https://cdn.example/a.mp4?e:1=2&Signature=hidden",
        "https://cdn.example/a.mp4?a(1)=2&s=hidden",
        "https://cdn.example/a.mp4?hidden",
        "https://cdn.example/a.mp4#Signature=hidden",
        "https://cdn.example/a.mp4?x=)hidden'hidden",
        r"https:\/\/cdn.example\/a.mp4?$a=1&Signature=hidden",
        "Authorization: Basic hidden",
    ],
)
def test_what_follows_the_address_in_a_url_is_masked(url: str) -> None:
    assert "hidden" not in str(KlingError(f"It broke at {url} today."))


def test_a_key_in_the_place_of_a_profiles_name_is_not_repeated(stage: Stage) -> None:
    with pytest.raises(KlingError) as caught:
        load_profile("AKxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx|SKxxxxxxxxxxxxxxxxxxxx", stage.home)
    assert "xxxx" not in str(caught.value).replace(str(stage.home), "")
