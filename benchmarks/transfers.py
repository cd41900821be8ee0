"""One download in this process, by ours or the usual way; or the host that it comes from, which makes the bytes up.

The host can do ranges, and breaks the line as often as it is told to. One line of JSON for each download.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from random import Random

import requests

from .memory import forget_the_peak, peak_bytes
from .serving import serving

MB = 10**6
#: What a file is made of, again and again; its length is no round number, so that a piece at a wrong place shows.
BLOCK = Random(2026).randbytes(1_000_003)
#: Bytes of the file that is fetched before the measured one: libraries are loaded, buffers are there.
WARM_UP = MB
TIMEOUT = 60.0

Fetch = Callable[[str, Path], None]


@contextmanager
def host(cuts: Sequence[int] = ()) -> Iterator[str]:
    """The URL of a host in a process of its own: `<url>/<length>` is a file. `cuts`: bytes after which the first
    transfers of more than `WARM_UP` are cut, one after the other."""
    with serving(__name__, "host", *map(str, cuts)) as url:
        yield url


def run_alone(way: str, url: str, length: int, target: Path) -> dict[str, float]:
    """In a fresh process: seconds, and by how many bytes the peak of its memory grew. The file must be right."""
    command = [sys.executable, "-m", __name__, way, url, str(length), str(target)]
    said = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    _must_be_right(target, length)
    return json.loads(said)


def ours(url: str, target: Path) -> None:
    from kling_api.download import Broken, download
    from kling_api.part_file import PartFile

    with PartFile(target) as part:
        while not target.exists():
            try:
                download(url, part, url, lambda _path: None, lambda _got, _total: None)
            except Broken:
                continue


def usual(url: str, target: Path) -> None:
    """The usual way: all of it in memory, then written; from the beginning when the line breaks."""
    while not target.exists():
        try:
            content = requests.get(url, timeout=TIMEOUT).content
        except requests.RequestException:
            continue
        target.write_bytes(content)


WAYS: dict[str, Fetch] = {"usual": usual, "ours": ours}


def _measure(fetch: Fetch, url: str, length: int, target: Path) -> dict[str, float]:
    warm = target.with_name("warm")
    fetch(f"{url}/{WARM_UP}", warm)
    warm.unlink()
    before, begun = forget_the_peak(), time.perf_counter()
    fetch(f"{url}/{length}", target)
    return {"seconds": time.perf_counter() - begun, "growth": peak_bytes() - before}


def _must_be_right(path: Path, length: int) -> None:
    with path.open("rb") as file:
        left = length
        while left:
            wanted = BLOCK[:left]
            if file.read(len(wanted)) != wanted:
                raise SystemExit(f"{path} is not what was sent")
            left -= len(wanted)
        if file.read(1):
            raise SystemExit(f"{path} is longer than what was sent")


class _Host(ThreadingHTTPServer):
    """`/<length>` is a file, `/sent` tells how many bytes of files have left so far, without the warm-up."""

    daemon_threads = True

    def __init__(self, cuts: list[int]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.lock = threading.Lock()
        self.cuts = cuts
        self.sent = 0


class _Handler(BaseHTTPRequestHandler):
    server: _Host  # pyright: ignore[reportIncompatibleVariableOverride] - narrower: it serves nobody else

    def do_GET(self) -> None:
        if self.path == "/sent":
            self._answer(json.dumps(self.server.sent).encode())
            return
        length = int(self.path.strip("/"))
        first = self._first()
        self.send_response(206 if first else 200)
        self.send_header("Content-Length", str(length - first))
        self.send_header("ETag", f'"{length}"')
        if first:
            self.send_header("Content-Range", f"bytes {first}-{length - 1}/{length}")
        self.end_headers()
        self._send(first, length)

    def log_message(self, format: str, *args: object) -> None:
        pass

    def _first(self) -> int:
        wanted = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        return int(wanted[1]) if wanted else 0

    def _send(self, first: int, length: int) -> None:
        counts = length > WARM_UP
        with self.server.lock:
            end = min(length, first + self.server.cuts.pop(0)) if counts and self.server.cuts else length
        while first < end:
            piece = memoryview(BLOCK)[first % len(BLOCK) :][: end - first]
            self.wfile.write(piece)
            first += len(piece)
            with self.server.lock:
                self.server.sent += len(piece) if counts else 0

    def _answer(self, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def _serve(cuts: list[int]) -> None:
    """Prints its URL; ends when its standard input does."""
    server = _Host(cuts)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(f"http://127.0.0.1:{server.server_port}", flush=True)
    sys.stdin.read()


def main(arguments: list[str]) -> None:
    way, *rest = arguments
    if way == "host":
        _serve([int(cut) for cut in rest])
    else:
        print(json.dumps(_measure(WAYS[way], rest[0], int(rest[1]), Path(rest[2]))))


if __name__ == "__main__":
    main(sys.argv[1:])
