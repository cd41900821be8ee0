"""How the sandbox sends a result: whole, in parts, cut off, or by a host that knows no parts."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import requests

from kling_api.sandbox import Sandbox

from .driver import Api, url_of


@pytest.fixture(autouse=True)
def no_faults_before_and_after(shared: Sandbox) -> Iterator[None]:
    shared.faults.clear()
    yield
    shared.faults.clear()


@pytest.fixture
def url(api: Api) -> str:
    return url_of(api.finished(api.create()))


def got(url: str, wanted: str = "") -> tuple[requests.Response, bytes]:
    """As much as comes before the connection is closed."""
    content = bytearray()
    answer = requests.get(url, headers={"Range": wanted} if wanted else {}, stream=True, timeout=20)
    try:
        for piece in answer.iter_content(1):
            content += piece
    except requests.exceptions.ChunkedEncodingError:
        assert len(content) < int(answer.headers["Content-Length"])
    return answer, bytes(content)


def test_a_cut_download_can_name_how_much_is_sent(api: Api, url: str) -> None:
    _, whole = got(url)
    api.fault(kind="truncated_download", bytes=1000)
    answer, begun = got(url)
    assert (answer.status_code, begun) == (200, whole[:1000])
    assert got(url)[1] == whole


@pytest.mark.parametrize("wanted", ["bytes=1000-", "bytes=1000-2999", "bytes=-2000"])
def test_a_part_can_be_cut_as_well(api: Api, url: str, wanted: str) -> None:
    full, part = got(url, wanted)
    api.fault(kind="truncated_download", bytes=500)
    cut, begun = got(url, wanted)
    assert (cut.status_code, begun) == (206, part[:500])
    assert cut.headers["Content-Range"] == full.headers["Content-Range"]
    api.fault(kind="truncated_download")
    assert got(url, wanted)[1] == part[: len(part) // 2]


def test_a_cut_download_is_known_by_the_same_marks_as_a_whole_one(api: Api, url: str) -> None:
    whole, _ = got(url)
    api.fault(kind="truncated_download")
    cut, _ = got(url)
    for name in ("ETag", "Last-Modified", "Content-Type", "Content-Length"):
        assert cut.headers[name] == whole.headers[name]


@pytest.mark.parametrize("wanted", ["bytes=99999999-", "bytes=oops"])
def test_a_part_that_is_not_there_is_refused_or_the_whole(api: Api, url: str, wanted: str) -> None:
    plain, _ = got(url, wanted)
    api.fault(kind="truncated_download", times=2)
    answer, _ = got(url, wanted)
    assert plain.status_code == 416
    assert answer.status_code == (416 if wanted[-1] == "-" else 200)


def test_a_host_without_ranges_sends_the_whole(api: Api, url: str) -> None:
    _, whole = got(url)
    api.fault(kind="no_ranges")
    answer, content = got(url, "bytes=1000-")
    assert (answer.status_code, content) == (200, whole)
    assert "Content-Range" not in answer.headers
    assert got(url, "bytes=1000-")[1] == whole[1000:]


def test_a_host_without_ranges_can_cut_too(api: Api, url: str) -> None:
    _, whole = got(url)
    api.fault(kind="no_ranges", times=None)
    api.fault(kind="truncated_download", bytes=700)
    assert got(url, "bytes=1000-")[1] == whole[:700]
