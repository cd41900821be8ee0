"""The text of an error: three lines, what happened to the money, and never a secret."""

from __future__ import annotations

import pytest

from kling_api import errors
from kling_api.errors import Charged, KlingError, NotDelivered, OutcomeUnknown, Refused, StillRunning, TaskFailed
from kling_api.redaction import redact, remember

ODD_KEY = "Zz9!odd_key-of#a$user"
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJBS19FWEFNUExFIn0.c2lnbmF0dXJlLXBhcnQ"
#: A text with a secret in it, and the part that must be gone.
PLANTED = [
    ("api key sk-FAKE1234567890abcdef not found", "FAKE1234567890abcdef"),
    ("key api-key-kling-FAKE-0123456789abcdef is invalid", "FAKE-0123456789abcdef"),
    (f"token {JWT} has expired", "c2lnbmF0dXJlLXBhcnQ"),
    (f"token {JWT} has expired", "eyJpc3MiOiJBS19FWEFNUExFIn0"),
    ("{'Authorization': 'Bearer FAKEtoken.with~odd/signs+=='}", "FAKEtoken"),
    ("authorization: bearer\tFAKEtoken12", "FAKEtoken12"),
    (f"the header was {ODD_KEY}!", ODD_KEY),
    ("GET https://cdn.example/v.mp4?Expires=1&Signature=FAKESIGNATURE failed", "FAKESIGNATURE"),
    ("Max retries exceeded with url: /v.mp4?Signature=FAKESIGNATURE (Caused by", "FAKESIGNATURE"),
    ('fetch "https://cdn.example?sig=FAKESIGNATURE" failed', "FAKESIGNATURE"),
    ("proxy http://user:FAKEpassword@proxy.example:8080 refused", "FAKEpassword"),
    ("proxy http://user:FAKE@password@proxy.example:8080 refused", "password"),
    ("the query X-Amz-Date=1&X-Amz-Signature=FAKESIGNATURE", "FAKESIGNATURE"),
    ("a.example/v.mp4 ?X-Amz-Security-Token=FAKETOKEN%2B failed", "FAKETOKEN"),
    ("url=https%3A%2F%2Fa.example%2Fv.mp4%3FX-Amz-Credential%3DFAKEKEY%26X-Amz-Signature%3DFAKESIG", "FAKESIG"),
    ("url=https%253A%252F%252Fa.example%253Fx-amz-signature%253DFAKESIG", "FAKESIG"),
    ("AWS4-HMAC-SHA256 Credential=FAKEKEY/eu, SignedHeaders=host, Signature=FAKESIG", "FAKEKEY"),
    ("socks5h://user:FAKEpassword@proxy.example", "FAKEpassword"),
]


@pytest.fixture(autouse=True)
def _odd_key_in_use() -> None:
    remember(ODD_KEY)


@pytest.mark.parametrize(("text", "secret"), PLANTED)
def test_a_planted_secret_does_not_survive_redaction(text: str, secret: str) -> None:
    assert secret in text
    assert secret not in redact(text)


@pytest.mark.parametrize(("text", "secret"), PLANTED)
def test_a_planted_secret_does_not_survive_in_any_part_of_an_error(text: str, secret: str) -> None:
    error = Refused(text, text, code=text, job_key=text, task_id=text, request_id=text)
    shown = f"{error} {error!r} {error.what} {error.advice} {error.args}"
    assert secret not in shown


def test_the_place_of_a_secret_stays_readable() -> None:
    assert redact("GET https://cdn.example/a.mp4?sig=FAKE failed") == "GET https://cdn.example/a.mp4?*** failed"
    assert redact("http://user:FAKE@proxy.example:8080/x") == "http://***@proxy.example:8080/x"
    assert redact("api key sk-FAKE1234567890 not found") == "api key sk-*** not found"


@pytest.mark.parametrize(
    "text",
    [
        "Task not found by id/external id: kn-20260101-0123456789abcdef0123",
        "task-2026 took risk-control; ask-me-anything",
        "Is it done? Yes.",
        "Delete it at http://127.0.0.1:43967? It cannot be undone.",
        "Is it at https://kling.example/docs?",
        "the signature = 5 and its credential",
        "model/mode/duration(kling-v2-5-turbo/std/5) is not supported with image_tail",
        "see https://kling.example/docs for more",
        "the bearer of this",
    ],
)
def test_harmless_text_is_left_alone_by_redaction(text: str) -> None:
    assert redact(text).replace("bearer ***", "bearer of") == text


def test_the_longer_of_two_known_keys_is_taken_out_whole() -> None:
    remember("FAKEPREFIX")
    remember("FAKEPREFIX-AND-MORE")
    assert redact("x FAKEPREFIX-AND-MORE y") == "x *** y"


def test_a_text_of_three_letters_is_never_remembered_as_a_key() -> None:
    remember("the")
    assert redact("the end") == "the end"


def test_an_error_has_three_lines_what_to_do_and_whether_it_was_charged() -> None:
    error = TaskFailed("It failed.", "Change it.", job_key="kn-1", task_id="42", request_id="r-7", code="1301")
    assert str(error).split("\n") == [
        "It failed.",
        "Change it.",
        "A failed task is normally not charged; check `kling jobs` or the provider's console. "
        "(job kn-1, task id 42, request id r-7, code 1301)",
    ]


def test_an_error_without_advice_and_ids_has_two_lines() -> None:
    assert str(NotDelivered("No network.")) == "No network.\nNot charged."


def test_the_charge_can_be_set_for_one_error_alone() -> None:
    assert "It may have been charged." in str(NotDelivered("No network.", charged=Charged.UNKNOWN))
    assert "Not charged." in str(NotDelivered("No network."))


def test_each_error_says_what_happened_to_the_money() -> None:
    expected = {
        errors.InvalidRequest: Charged.NO,
        errors.NotConfigured: Charged.NO,
        errors.MediaError: Charged.NO,
        errors.LedgerError: Charged.NO,
        errors.NotDelivered: Charged.NO,
        errors.OverBudget: Charged.NO,
        Refused: Charged.NO,
        errors.NotOffered: Charged.NO,
        OutcomeUnknown: Charged.UNKNOWN,
        TaskFailed: Charged.NO_UNITS,
        StillRunning: Charged.WILL_BE,
        errors.DownloadFailed: Charged.ONCE,
    }
    found = {kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, KlingError)}
    assert found - {KlingError} == set(expected)
    for kind, charged in expected.items():
        assert kind("What.").charged is charged


def test_a_caller_can_catch_all_wrong_input_as_one_class() -> None:
    assert issubclass(errors.NotConfigured, errors.InvalidRequest)
    assert issubclass(errors.MediaError, errors.InvalidRequest)
    assert not issubclass(Refused, errors.InvalidRequest)
