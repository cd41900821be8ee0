"""A result comes over http(s) from a public address or the profile's own host, also when a name changes its address."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from kling_api.addresses import UnknownHost, check_url
from kling_api.download import Broken, download
from kling_api.errors import DownloadFailed
from kling_api.part_file import PartFile

from .raw_server import CERTIFICATE, Behave, RawServer, answer, raw_server, tunnel_to

API = "https://api.kling.example"
CONTENT = b"a clip" * 1000

PRIVATE = [
    "127.0.0.1",
    "127.1",
    "2130706433",
    "localhost",
    "0.0.0.0",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "100.64.0.1",
    "169.254.169.254",
    "192.0.2.1",
    "224.0.0.1",
    "255.255.255.255",
    "[::1]",
    "[::]",
    "[fe80::1]",
    "[fec0::1]",
    "[ff02::1]",
    "[fd00:ec2::254]",
]
PRIVATE_INSIDE = [
    ("mapped", "[::ffff:127.0.0.1]"),
    ("mapped", "[::ffff:169.254.169.254]"),
    ("compatible", "[::10.0.0.1]"),
    ("NAT64", "[64:ff9b::7f00:1]"),
    ("NAT64", "[64:ff9b::169.254.169.254]"),
    ("NAT64 of a network's own", "[64:ff9b:1::808:808]"),
    ("6to4", "[2002:7f00:1::1]"),
    ("6to4", "[2002:c0a8:101::]"),
    ("Teredo client", "[2001:0:808:808::f5ff:fffe]"),
    ("Teredo server", "[2001:0:a00:1::f7f7:f7f7]"),
]
PUBLIC = [
    "8.8.8.8",
    "8.8.8.8:8443",
    "[2606:4700:4700::1111]",
    "[::ffff:8.8.8.8]",
    "[64:ff9b::808:808]",
    "[2002:808:808::1]",
    "[2001:0:808:808::f7f7:f7f7]",
]
#: Proxies with made-up DNS answers give every host an address there.
MADE_UP = ["198.18.0.7", "198.19.255.254", "[::ffff:198.18.0.7]", "[64:ff9b::c612:7]"]


@pytest.fixture(autouse=True)
def _no_proxy_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture
def serve() -> Iterator[Callable[[Behave], RawServer]]:
    with ExitStack() as stack:
        yield lambda behave: stack.enter_context(raw_server(behave))


@pytest.fixture
def name_service(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """Answers for names: each look-up takes the next address, the last one stays. No other name has an address."""
    names: dict[str, list[str]] = {}
    ask = socket.getaddrinfo

    def look_up(host: Any, *rest: Any, **more: Any) -> Any:
        if host not in names and not str(host)[:1].isdigit():
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        addresses = names.get(host, [host])
        return ask(addresses.pop(0) if len(addresses) > 1 else addresses[0], *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return names


def fetch(url: str, target: Path, own_url: str = API) -> bytes:
    with PartFile(target) as part:
        download(url, part, own_url, lambda _path: None, lambda _got, _total: None)
    return target.read_bytes()


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://example.com/a.mp4",
        "data:video/mp4;base64,AAAA",
        "",
        "a.mp4",
        "//",
        "https://",
        "http://[",
        "http://8.8.8.8:x/",
    ],
)
def test_what_is_no_http_address_is_not_fetched(url: str) -> None:
    with pytest.raises(DownloadFailed, match="not an http\\(s\\) URL") as caught:
        check_url(url, API)
    assert "Charged once" in str(caught.value)


@pytest.mark.parametrize("host", PRIVATE)
@pytest.mark.parametrize("port", ["", ":8080"])
def test_an_address_inside_a_private_network_is_not_fetched(host: str, port: str) -> None:
    with pytest.raises(DownloadFailed, match="inside a private network") as caught:
        check_url(f"https://{host}{port}/a.mp4?Signature=FAKE", API)
    assert "Signature" not in str(caught.value)


@pytest.mark.parametrize(("kind", "host"), PRIVATE_INSIDE)
def test_an_ipv6_address_is_judged_by_the_ipv4_address_inside_it(kind: str, host: str) -> None:
    with pytest.raises(DownloadFailed, match="inside a private network"):
        check_url(f"https://{host}/a.mp4", API)


@pytest.mark.parametrize("host", PUBLIC)
def test_a_public_address_is_fine(host: str) -> None:
    check_url(f"https://{host}/a.mp4", API)


@pytest.mark.parametrize("address", MADE_UP)
def test_the_made_up_addresses_of_a_proxy_are_public(address: str) -> None:
    check_url(f"https://{address}/a.mp4", API)


def test_a_name_with_one_private_address_among_others_is_not_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    ask = socket.getaddrinfo
    both = [*ask("8.8.8.8", 443), *ask("10.0.0.1", 443)]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_rest, **_more: both)
    with pytest.raises(DownloadFailed, match="inside a private network"):
        check_url("https://cdn.example/a.mp4", API)


def test_the_profiles_own_host_may_have_a_private_address_but_not_its_neighbours() -> None:
    check_url("http://127.0.0.1:8080/a.mp4", "http://127.0.0.1:8080/v1")
    for url in ("http://127.0.0.1:8081/a.mp4", "http://127.0.0.1/a.mp4", "http://127.0.0.2:8080/a.mp4"):
        with pytest.raises(DownloadFailed, match="private network"):
            check_url(url, "http://127.0.0.1:8080/v1")


@pytest.mark.parametrize("host", ["nobody.invalid", "x" * 80 + ".example"])
def test_a_host_that_cannot_be_found_may_be_found_later(host: str, tmp_path: Path) -> None:
    with pytest.raises(UnknownHost, match="cannot be found"):
        check_url(f"https://{host}/a.mp4", API)
    with pytest.raises(Broken, match="cannot be found"):
        fetch(f"https://{host}/a.mp4", tmp_path / "a.mp4")


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_name_that_moves_into_a_private_network_after_the_check_gets_not_one_byte(
    serve: Callable[[Behave], RawServer], name_service: dict[str, list[str]], tmp_path: Path, scheme: str
) -> None:
    server = serve(answer(body=CONTENT))
    name_service["cdn.example"] = ["8.8.8.8", "127.0.0.1"]
    with pytest.raises(DownloadFailed, match="inside a private network"):
        fetch(f"{scheme}://cdn.example:{server.port}/a.mp4", tmp_path / "a.mp4")
    _wait_for_connection(server)
    assert server.requests == []
    assert list(tmp_path.iterdir()) == []


def test_a_name_that_moves_after_a_redirect_gets_not_one_byte(
    serve: Callable[[Behave], RawServer], name_service: dict[str, list[str]], tmp_path: Path
) -> None:
    inside = serve(answer(body=CONTENT))
    own = serve(answer("302 Found", b"", f"Location: http://cdn.example:{inside.port}/a.mp4\r\n"))
    name_service["cdn.example"] = ["8.8.8.8", "127.0.0.1"]
    with pytest.raises(DownloadFailed, match="inside a private network"):
        fetch(f"{own.url}/a.mp4", tmp_path / "a.mp4", own.url)
    _wait_for_connection(inside)
    assert inside.requests == []


def test_the_own_host_may_have_a_name_for_its_private_address(
    serve: Callable[[Behave], RawServer], name_service: dict[str, list[str]], tmp_path: Path
) -> None:
    server = serve(answer(body=CONTENT))
    name_service["gateway.example"] = ["127.0.0.1"]
    own = f"http://gateway.example:{server.port}"
    assert fetch(f"{own}/a.mp4", tmp_path / "a.mp4", own) == CONTENT


@pytest.mark.parametrize("known", [["8.8.8.8"], []], ids=["known here", "known to the proxy alone"])
def test_a_proxy_may_be_on_this_machine_and_looks_the_name_up_itself(
    serve: Callable[[Behave], RawServer],
    name_service: dict[str, list[str]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    known: list[str],
) -> None:
    if known:
        name_service["kling.invalid"] = known
    with raw_server(answer(body=CONTENT), tls=True) as behind:
        monkeypatch.setenv("HTTPS_PROXY", serve(tunnel_to(behind.port)).url)
        monkeypatch.setenv("HTTP_PROXY", serve(answer(body=CONTENT)).url)
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(CERTIFICATE))
        for scheme in ("https", "http"):
            assert fetch(f"{scheme}://kling.invalid/a.mp4", tmp_path / scheme) == CONTENT


def _wait_for_connection(server: RawServer) -> None:
    """The server did see the connection; otherwise nothing was tested."""
    end = time.monotonic() + 5
    while server.connections == 0 and time.monotonic() < end:
        time.sleep(0.02)
    time.sleep(0.1)  # for what might have been sent on it
    assert server.connections == 1
