"""When a transfer may go on from where it broke: never when it could be another file by now."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from kling_api.ranges import Version, announced, read_version

URL = "https://cdn.example/a.mp4?sign=FAKE1"
FRESH = "https://cdn.example/a.mp4?sign=FAKE2"
MODIFIED = "Sat, 21 Nov 2026 10:00:00 GMT"
LATER = "Sat, 21 Nov 2026 10:00:01 GMT"
WHOLE = {"Content-Length": "1000", "ETag": '"v1"', "Last-Modified": MODIFIED, "Date": LATER}
REST = {"Content-Range": "bytes 400-999/1000", "Content-Length": "600", "ETag": '"v1"', "Last-Modified": MODIFIED}


def version(**changes: str | None) -> Version | None:
    return read_version(URL, changed(WHOLE, changes), URL)


def changed(headers: Mapping[str, str], changes: Mapping[str, str | None]) -> dict[str, str]:
    """None takes a header away; names are written with _."""
    new = dict(headers) | {name.replace("_", "-"): value for name, value in changes.items()}
    return {name: value for name, value in new.items() if value is not None}


def known(**changes: str | None) -> Version:
    found = version(**changes)
    assert found is not None
    return found


def test_the_rest_is_asked_for_under_the_etag() -> None:
    assert known().headers(URL, 400) == {"Range": "bytes=400-", "If-Range": '"v1"'}


@pytest.mark.parametrize("etag", ['W/"v1"', None, "v1", '"v1', '""', '"v 1"', '"v1", "v2"', f'"{"v" * 300}"'])
def test_without_a_strong_etag_the_date_is_named(etag: str | None) -> None:
    assert known(ETag=etag).headers(URL, 400) == {"Range": "bytes=400-", "If-Range": MODIFIED}


@pytest.mark.parametrize("date", [None, MODIFIED, "Sat, 21 Nov 2026 09:59:59 GMT", "soon", "0" * 5000])
def test_a_date_of_this_very_second_proves_nothing(date: str | None) -> None:
    assert version(ETag=None, Date=date) is None


@pytest.mark.parametrize(
    "modified",
    [
        None,
        "yesterday",
        "Sun, 31 Feb 2026 10:00:00 GMT",
        "Sat, 21 Nov 2026 10:00:00",
        "Sat, 21 Nov 2026\r\n 10:00:00 GMT",
    ],
)
def test_a_date_that_is_none_proves_nothing(modified: str | None) -> None:
    assert version(ETag=None, Last_Modified=modified) is None


def test_a_fresh_link_goes_on_by_the_etag_and_not_by_the_date() -> None:
    assert known().headers(FRESH, 400)
    assert known(ETag=None).headers(FRESH, 400) == {}


@pytest.mark.parametrize("got", [0, 1000, 1001])
def test_nothing_is_asked_for_when_there_is_nothing_yet_or_nothing_left(got: int) -> None:
    assert known().headers(URL, got) == {}


@pytest.mark.parametrize(
    "changes",
    [{"Content_Length": None}, {"Content_Length": "0"}, {"Content_Length": "²"}, {"Content_Encoding": "gzip"}],
)
def test_a_file_of_unknown_length_cannot_be_gone_on_with(changes: dict[str, str | None]) -> None:
    assert version(**changes) is None


def test_the_length_of_a_compressed_transfer_is_not_the_files() -> None:
    assert announced({"Content-Length": "7"}) == 7
    assert announced({"Content-Length": "7", "Content-Encoding": "gzip"}) is None


@pytest.mark.parametrize("place", ["http://127.0.0.1/another.mp4", "http://127.0.0.2/clip.mp4"])
def test_another_resource_never_goes_on_however_alike_its_tag(place: str) -> None:
    """Tags and dates tell versions of one resource apart, not two resources."""
    assert not known().goes_on(REST, 400, place)


def test_the_same_file_goes_on() -> None:
    assert known().goes_on(REST, 400, URL)
    assert known().goes_on(changed(REST, {"Content_Length": None}), 400, URL)
    assert known(ETag='W/"v1"').goes_on(changed(REST, {"ETag": 'W/"v1"'}), 400, URL)


@pytest.mark.parametrize(
    "changes",
    [
        {"Content_Range": None},
        {"Content_Range": "bytes 0-999/1000"},
        {"Content_Range": "bytes 399-999/1000"},
        {"Content_Range": "bytes 401-999/1000"},
        {"Content_Range": "bytes 400-999/*"},
        {"Content_Range": "bytes 400-999/999"},
        {"Content_Range": "bytes 400-999/1001"},
        {"Content_Range": "bytes 400-1000/1000"},
        {"Content_Range": "bytes 400-399/1000"},
        {"Content_Range": "bytes */1000"},
        {"Content_Range": "items 400-999/1000"},
        {"Content_Range": "bytes 400-999/1000, 0-1/1000"},
        {"Content_Range": "bytes 400-" + "9" * 5000 + "/1000"},
        {"Content_Length": "1000"},
        {"Content_Encoding": "gzip"},
        {"ETag": '"v2"'},
        {"ETag": 'W/"v1"'},
        {"ETag": None},
    ],
)
def test_another_file_or_another_part_is_not_added(changes: dict[str, str | None]) -> None:
    assert not known().goes_on(changed(REST, changes), 400, URL)


@pytest.mark.parametrize("modified", [LATER, None])
def test_another_date_is_another_file(modified: str | None) -> None:
    assert not known(ETag=None).goes_on(changed(REST, {"Last_Modified": modified}), 400, URL)
