"""Uploads to kie.ai's store, straight from the file: one multipart request, repeated while nobody takes it."""

from __future__ import annotations

import json
import random
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import TYPE_CHECKING, Any, BinaryIO

from .background import in_background
from .dialects import kie_answers
from .dialects.wire import Answer, Refusal, Reply
from .errors import NotDelivered, Refused
from .hosts import host_of, is_loopback
from .parcel import Parcel, pack
from .recordings import Footage, Sound
from .redaction import quiet_urls
from .retry import wait_before
from .transport import LARGEST_ANSWER, TIMEOUT, make_session
from .upload_target import KieFiles

if TYPE_CHECKING:
    import requests

#: Attempts before an upload is given up.
TRIES = 4
_TICK = 0.2
_CHUNK = 64 * 1024


class KieUploader:
    """Safe to share between threads. The key goes to `base_url` alone."""

    def __init__(self, target: KieFiles) -> None:
        self._target = target

    def upload(self, medium: Footage | Sound, check: Callable[[], None]) -> str:
        """The address at kie.ai, under the digest's name: the same file again takes the place of the first."""
        parcel = pack(medium)
        attempt, answer = 1, self._attempt(parcel, check)
        while isinstance(answer, Refusal):
            if answer.answer not in (Answer.LATER, Answer.UNCLEAR):
                raise Refused(f"The upload was refused. {answer.message}", answer.advice, code=answer.code)
            if attempt == TRIES:
                raise _not_taken(self._target.base_url, parcel, answer)
            self._pause(wait_before(attempt, answer.retry_after, random.random()), check)
            attempt, answer = attempt + 1, self._attempt(parcel, check)
        return answer

    def _attempt(self, parcel: Parcel, check: Callable[[], None]) -> str | Refusal:
        reply = in_background(lambda go_on: self._post(parcel, go_on), check)
        return reply if isinstance(reply, Refusal) else kie_answers.uploaded(reply)

    def _post(self, parcel: Parcel, go_on: Callable[[], None]) -> Reply | Refusal:
        import requests

        url = self._target.base_url + kie_answers.upload_path()
        try:
            with (
                _multipart(parcel, go_on) as body,
                quiet_urls(),
                make_session(url) as session,
                session.post(
                    url,
                    data=body,
                    headers={"Content-Type": body.content_type},
                    timeout=TIMEOUT,
                    allow_redirects=False,
                    auth=self._with_key,
                    stream=True,
                ) as response,
            ):
                return Reply(response.status_code, _json(response))
        except (requests.RequestException, OSError) as error:
            return Refusal(Answer.UNCLEAR, f"The connection failed ({type(error).__name__}).")

    def _with_key(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """As `auth`, so that requests does not put a .netrc entry of that host in its place."""
        request.headers["Authorization"] = f"Bearer {self._target.api_key}"
        return request

    def _pause(self, seconds: float, check: Callable[[], None]) -> None:
        """A tenth of it on this machine, as everywhere."""
        end = time.monotonic() + seconds * (0.1 if is_loopback(self._target.base_url) else 1.0)
        while (left := end - time.monotonic()) > 0:
            check()
            time.sleep(min(left, _TICK))


class _Body:
    """A multipart form that is read piece by piece; requests asks for its length and then reads it."""

    def __init__(self, head: bytes, file: BinaryIO, size: int, tail: bytes, go_on: Callable[[], None]) -> None:
        self.content_type = f"multipart/form-data; boundary={tail[4:-4].decode()}"
        self._parts: list[bytes | BinaryIO] = [head, file, tail]
        self._size = len(head) + size + len(tail)
        self._go_on = go_on

    def __len__(self) -> int:
        return self._size

    def read(self, size: int = -1) -> bytes:
        """At most `size` bytes; b"" at the end."""
        self._go_on()
        while self._parts:
            part = self._parts[0]
            if isinstance(part, bytes):
                self._parts.pop(0)
                return part
            if piece := part.read(size):
                return piece
            self._parts.pop(0)
        return b""


@contextmanager
def _multipart(parcel: Parcel, go_on: Callable[[], None]) -> Iterator[_Body]:
    boundary = uuid.uuid4().hex
    fields = {"uploadPath": kie_answers.upload_folder(), "fileName": parcel.name}
    lines = [
        line
        for name, value in fields.items()
        for line in (f"--{boundary}", f'Content-Disposition: form-data; name="{name}"', "", value)
    ]
    disposition = f'Content-Disposition: form-data; name="file"; filename="{parcel.name}"'
    head = "\r\n".join([*lines, f"--{boundary}", disposition, f"Content-Type: {parcel.content_type}", "", ""])
    with parcel.open() as file:
        yield _Body(head.encode(), file, parcel.size, f"\r\n--{boundary}--\r\n".encode(), go_on)


def _not_taken(base_url: str, parcel: Parcel, answer: Refusal) -> NotDelivered:
    return NotDelivered(
        f"{host_of(base_url)} did not take the upload of {parcel.size:,} bytes, {TRIES} times. {answer.message}",
        "Nothing was ordered. Run the same request again later.",
    )


def _json(response: requests.Response) -> Any:
    """None for anything that is no JSON."""
    pieces = islice(response.iter_content(_CHUNK), LARGEST_ANSWER // _CHUNK)
    try:
        return json.loads(b"".join(pieces))
    except (ValueError, RecursionError):
        return None
