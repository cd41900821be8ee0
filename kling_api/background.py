"""Work that may hang on the network, in a thread of its own, so that a stop is noticed at once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import wait as wait_for
from typing import TypeVar

#: Seconds between two looks at `check`.
_TICK = 0.2

Done = TypeVar("Done")


class GivenUp(Exception):
    """Nobody waits for the work any more."""


def in_background(work: Callable[[Callable[[], None]], Done], check: Callable[[], None]) -> Done:
    """What `work` returns or raises. When `check` raises, that is raised, and the work is left to itself.

    `work` is given a function that raises GivenUp from then on: it should be called often.
    """
    given_up = threading.Event()
    future: Future[Done] = Future()

    def go_on() -> None:
        if given_up.is_set():
            raise GivenUp

    def run() -> None:
        try:
            future.set_result(work(go_on))
        except BaseException as error:  # noqa: BLE001 - handed to the thread that waits
            future.set_exception(error)

    threading.Thread(target=run, name="kling upload", daemon=True).start()
    try:
        while not wait_for([future], _TICK).done:
            check()
    except BaseException:
        given_up.set()
        raise
    return future.result()
