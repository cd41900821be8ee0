"""The twins of the providers: how each says it over the same core. The only place in the sandbox that names them.

Read when a sandbox starts. The first is at the root of the server and, like all others, under /<name>.
"""

from __future__ import annotations

from collections.abc import Callable

from ..desk import Desk
from ..wire import Dialect
from .flat import Flat
from .kie import Kie
from .newapi import NewApi
from .official import Official
from .unified import Unified
from .wrapper import Wrapper

DIALECTS: dict[str, Callable[[Desk], Dialect]] = {
    "official": Official,
    "newapi": NewApi,
    "flat": Flat,
    "unified": Unified,
    "kie": Kie,
    "wrapper": Wrapper,
}
