"""One question at a time about an account: whoever asks again soon, or at the same moment, gets the same answer."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..kling_api.account import Account
    from ..kling_api.profile import Profile

#: Seconds between two questions about one account.
KEPT = 20.0


class AccountDesk:
    """Safe to share between threads. `clock`: seconds of a clock that is never set."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._asked: dict[tuple[str, ...], tuple[float, Future[Account]]] = {}

    def ask(self, profile: Profile) -> Future[Account]:
        """What `account.look_up` gives or raises, to come. A renewed key is another account."""
        name = (str(profile.home), profile.name, profile.base_url, profile.account())
        with self._lock:
            when, answer = self._asked.get(name, (0.0, None))
            if answer is None or (answer.done() and self._clock() - when >= KEPT):
                answer = Future()
                self._asked[name] = self._clock(), answer
                # A daemon: ComfyUI must be able to end while a provider keeps silent.
                threading.Thread(target=_answer, args=(answer, profile), name="kling account", daemon=True).start()
        return answer


def _answer(answer: Future[Account], profile: Profile) -> None:
    # Here, not above: they load requests and sqlite3.
    from ..kling_api.account import look_up
    from ..kling_api.client import Client

    try:
        found = look_up(Client(profile), time.time())
    except BaseException as error:  # noqa: BLE001 - handed to those who asked
        answer.set_exception(error)
    else:
        answer.set_result(found)
