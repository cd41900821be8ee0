"""What a base URL says of its host."""

from __future__ import annotations

import pytest

from kling_api.dialects import by_host
from kling_api.hosts import host_of, is_one_of


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://API.kie.AI/api/v1", "api.kie.ai"),
        ("https://user:key@api.kie.ai:8443", "api.kie.ai"),
        ("http://[::1]:8188", "::1"),
        ("http://[", ""),
        ("no url", ""),
    ],
)
def test_the_host_of_a_url_is_read_without_an_error(url: str, host: str) -> None:
    assert host_of(url) == host


def test_a_name_with_a_dot_before_it_stands_for_the_hosts_below() -> None:
    assert is_one_of("api-singapore.klingai.com", (".klingai.com",))
    assert not is_one_of("klingai.com.evil.example", (".klingai.com",))
    assert not is_one_of("notklingai.com", (".klingai.com",))


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://api-beijing.klingai.com", "official"),
        ("https://api.kie.ai", "kie"),
        ("https://api.kie.ai.evil.example", ""),
        ("https://gateway.example", ""),
    ],
)
def test_a_dialect_is_known_by_its_own_host_only(url: str, name: str) -> None:
    found = by_host(url)
    assert (found.name if found else "") == name
