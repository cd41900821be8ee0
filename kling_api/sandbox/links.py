"""Result URLs: signed, and good for a limited time only."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

from .core import Task

_FOLDER = "/results/"


class Links:
    """`base_url` is known once the server has its port."""

    def __init__(self, secret: str, lifetime: float, clock: Callable[[], float]) -> None:
        self.base_url = ""
        self._secret = secret.encode()
        self._lifetime = lifetime
        self._clock = clock

    def url_of(self, task: Task, name: str = "") -> str:
        """Where a file of a finished task is (`name`; "": its clip); valid for the lifetime from its end on."""
        name = name or f"{task.row.id}.mp4"
        expires = str(int(task.updated / 1000 + self._lifetime))
        return f"{self.base_url}{_FOLDER}{name}?expires={expires}&signature={self._signature(name, expires)}"

    def name_in(self, url: str) -> str:
        """The file behind a URL that this made and that is still good, else ""."""
        if not url.startswith(self.base_url + _FOLDER):
            return ""
        parts = urlsplit(url)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        name = parts.path.removeprefix(_FOLDER)
        return "" if self.refuses(name, query.get("expires", ""), query.get("signature", "")) else name

    def refuses(self, name: str, expires: str, signature: str) -> str:
        """Why the file is not given, "" when it is."""
        if not hmac.compare_digest(signature.encode(), self._signature(name, expires).encode()):
            return "The signature of this URL is wrong."
        return "This URL has expired." if self._clock() > int(expires) else ""

    def _signature(self, name: str, expires: str) -> str:
        return hmac.new(self._secret, f"{name} {expires}".encode(), hashlib.sha256).hexdigest()
