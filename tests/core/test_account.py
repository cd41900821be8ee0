"""What is left on an account: the sums, the text, and which answer of a provider is an error."""

from __future__ import annotations

import time
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from kling_api.account import Account, look_up, report
from kling_api.client import Client
from kling_api.dialects.official import Official
from kling_api.dialects.wire import Pack, Request
from kling_api.errors import NotDelivered, Refused
from kling_api.job import NewJob
from kling_api.ledger import Ledger
from kling_api.limits import Limits
from kling_api.sandbox.config import DEFAULT_API_KEY, SandboxConfig
from kling_api.sandbox.faults import Fault
from kling_api.sandbox.server import Sandbox
from kling_api.settings import Credentials, Profile

NOON_IN_2027 = 1_800_014_400_000
PACKS = (
    Pack("Old-Video", Decimal(100), Decimal(40), "expired", 0, NOON_IN_2027),
    Pack("Video-Later", Decimal(200), Decimal("118.5"), "online", 0, NOON_IN_2027 + 40 * 86_400_000),
    Pack("Video-Soon", Decimal("30.0"), Decimal("1.5"), "online", 0, NOON_IN_2027),
    Pack("Image", Decimal(10), Decimal(10), "toBeOnline"),
)


def test_the_units_of_packs_that_are_online_are_summed() -> None:
    assert Account("studio", PACKS).remaining == Decimal(120)
    assert Account("studio", ()).remaining == 0
    assert Account("studio", None).remaining is None


def test_packs_are_listed_with_those_first_that_end_first() -> None:
    lines = report(Account("studio", PACKS)).splitlines()
    assert lines[:5] == [
        "Profile studio",
        "120 units left in packs that are online (Kling's figures lag by up to 12 hours)",
        "- Video-Soon: 1.5 of 30 units, online, until 2027-01-15",
        "- Video-Later: 118.5 of 200 units, online, until 2027-02-24",
        "- Image: 10 of 10 units, toBeOnline",
    ]
    assert lines[5].startswith("- Old-Video: 40 of 100 units, expired")


def test_an_expiry_that_no_calendar_has_is_no_error() -> None:
    assert "until 999999999999999999 ms" in report(
        Account("p", (Pack("P", Decimal(1), Decimal(1), "online", 0, 10**18 - 1),))
    )


def test_a_provider_that_does_not_tell_and_an_account_without_packs_are_told_apart() -> None:
    assert "The provider has no way to tell" in report(Account("p", None))
    assert "The account has no resource packs." in report(Account("p", ()))


def test_money_and_limits_stand_in_the_report() -> None:
    limits = Limits(max_parallel=2, budget_per_day=Decimal("50.50"))
    text = report(Account("p", (), Decimal("3.0"), Decimal("1200"), (), limits))
    assert "Spent from this machine: 3 units today, 1200 in all" in text
    assert "No open jobs" in text
    assert "Limits of the profile: max_parallel 2, budget_per_day 50.5" in text
    assert "Limits of the profile: none" in report(Account("p", ()))


@pytest.fixture
def provider(tmp_path: Path) -> Iterator[Sandbox]:
    with Sandbox(SandboxConfig(folder=tmp_path / "provider", units=250, shrink=4)) as running:
        yield running


def _client(base_url: str, home: Path, key: str = DEFAULT_API_KEY) -> Client:
    return Client(Profile("test", base_url, "official", Credentials(api_key=key), home, Limits(max_parallel=1)))


def _job(fingerprint: str, profile: str = "test", estimate: str = "3") -> NewJob:
    return NewJob(fingerprint, "host#a", profile, "official", "", "text2video", "kling-v3", "std", 5, estimate)


def test_the_provider_and_the_ledger_are_asked_for_this_profile_alone(provider: Sandbox, tmp_path: Path) -> None:
    client = _client(provider.url, tmp_path)
    spent_on = {"mine": "test", "later": "test", "theirs": "other"}
    claims = {name: client.ledger.claim(_job(name, profile)) for name, profile in spent_on.items()}
    for name in ("mine", "theirs"):
        client.ledger.sending(claims[name], "/v1/videos/text2video")
        client.ledger.accepted(claims[name], f"task-{name}", "")
    account = look_up(client, time.time())
    assert account.remaining == 250
    assert (account.spent_today, account.spent) == (3, 3)
    assert {job.key for job in account.open_jobs} == {claims[name].job.key for name in ("mine", "later")}
    text = report(account)
    assert "Open jobs: 2" in text
    assert f"- {claims['mine'].job.key}: running, text2video kling-v3 std, about 3 units" in text
    assert f"- {claims['later'].job.key}: created, text2video kling-v3 std, about 3 units" in text
    assert "Limits of the profile: max_parallel 1" in text


def test_a_job_without_a_price_and_a_task_of_others_are_named_as_such(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path)
    priceless = ledger.claim(_job("a", estimate="")).job
    others = ledger.claim(NewJob("b", "h", "test", "official", "", "effects", "", "", 0, slots=0, elsewhere=True)).job
    lines = report(Account("test", (), open_jobs=(priceless, others))).splitlines()
    assert f"- {priceless.key}: created, text2video kling-v3 std, no price known" in lines
    assert f"- {others.key}: created, effects, made elsewhere" in lines


def test_many_open_jobs_are_counted(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path)
    jobs = tuple(ledger.claim(_job(str(number))).job for number in range(25))
    lines = report(Account("test", (), open_jobs=jobs)).splitlines()
    assert "Open jobs: 25" in lines
    assert "- and 5 more" in lines
    assert sum(line.startswith("- kn-") for line in lines) == 20


def test_a_wrong_key_and_a_dead_line_are_errors(provider: Sandbox, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="the key is not accepted"):
        look_up(_client(provider.url, tmp_path, "api-key-kling-of-nobody"), time.time())
    with pytest.raises(NotDelivered):
        look_up(_client("http://127.0.0.1:9", tmp_path), time.time())


def test_a_gateway_that_has_nothing_at_that_address_is_no_error(provider: Sandbox, tmp_path: Path) -> None:
    client = _client(f"{provider.url}/gateway", tmp_path)  # the sandbox answers 404 there
    assert look_up(client, time.time()).packs is None
    provider.faults.add(Fault("garbage", operation="costs"))
    assert look_up(_client(provider.url, tmp_path), time.time()).packs is None


class WithoutPacks(Official):
    """A provider that has no such question."""

    def packs(self, start: int, end: int) -> Request | None:
        return None


def test_a_provider_without_packs_is_no_error(provider: Sandbox, tmp_path: Path) -> None:
    client = _client(provider.url, tmp_path)
    client.dialect = WithoutPacks()
    account = look_up(client, time.time())
    assert account.packs is None
    assert "The provider has no way to tell" in report(account)
