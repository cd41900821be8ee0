"""What the editor tells while the artist edits: what an order would cost, what is wrong, what the model cannot do.

From the same data and checks as validate_inputs, the order itself and its estimate. Sends nothing.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from ..kling_api.errors import InvalidRequest
from ..kling_api.limits import plain
from .abilities import abilities
from .labels import of_node
from .language import speaking
from .order_price import DECIDE, Price, price_of, words_of
from .order_values import (
    cuts_and_moves,
    given_of,
    is_linked,
    is_made_before,
    kind_at,
    names_of,
    operation_for,
    required_sockets,
)
from .orders import Order, orders
from .payer import Payer, over_budget, payer
from .translation import translated
from .wording import told

if TYPE_CHECKING:
    from ..kling_api.dialects.wire import Dialect
    from ..kling_api.operations import Operation

#: What a refusal says of the money: before Run it goes without saying.
_OF_MONEY = re.compile(r"\s*(?:Nothing was sent|Not charged)\.\s*$")


def is_advised(node: str) -> bool:
    """Whether the node orders something."""
    return node in orders()


def advise(node: str, inputs: Mapping[str, Any], language: str) -> dict[str, Any]:
    """`inputs`: widget or socket -> value, None for a linked one; what is not there is not given. Texts in `language`.

    A long text may be said as {"length": characters, "text": what of it matters}. Raises KeyError for a node that
    orders nothing. "problem": a line for each, and no price then.
    """
    order = orders()[node]
    given = given_of(order, {name: _whole(value) for name, value in inputs.items()})
    pays = payer(given.get("profile", ""))
    dialect = pays.dialect
    able = abilities(order, dialect, given.get("model_name") or "")
    price = price_of(order, given, dialect)
    problem, notes = _judged(order, given, dialect)
    problems = [one for one in (_unpaid(order, given, pays, price, problem), problem) if one]
    if problems:  # what cannot be ordered costs nothing
        price = Price("unknown")
    unit = dialect.unit_for(kind_at(order, dialect))
    with of_node(node):
        return {
            "units": _plain(price.units) if price.sort in ("exact", "nothing") else None,
            "unit": unit,
            "free": pays.is_sandbox,
            "price": {"is": price.sort, "units": _plain(price.units), "on": price.on, "beside": _plain(price.beside)},
            "text": "" if problems else translated(words_of(price, unit, pays.is_sandbox), language),
            "problem": "\n".join(translated(one, language) for one in problems),
            "notes": [translated(note, language) for note in notes],
            "options": {name: list(values) for name, values in able.options.items()},
            "unused": {name: translated(why, language) for name, why in able.unused.items()},
        }


def _whole(value: Any) -> Any:
    """A text that was said by its length, as long as it is."""
    if not isinstance(value, dict):
        return value
    text, length = value.get("text"), value.get("length")
    if not isinstance(text, str) or not isinstance(length, int) or not 0 <= length < 1_000_000:
        return None
    return text.ljust(length, "x")[: max(length, 0)]


def _unpaid(order: Order, given: Mapping[str, Any], pays: Payer, price: Price, problem: str) -> str:
    """Why the profile cannot pay, "" where it can. What cannot be ordered anyway is held to no budget."""
    if is_made_before(order, given):
        return ""
    if pays.problem or problem or price.sort == "depends":
        return pays.problem
    worth = pays.dialect.worth(kind_at(order, pays.dialect))
    return over_budget(pays, None if price.units is None else price.units * worth, price.sort in ("second", "from"))


def _judged(order: Order, given: dict[str, Any], dialect: Dialect) -> tuple[str, list[str]]:
    """What is wrong, "" for nothing, and what there is to know beside. Nobody has pressed Run: that nothing was sent

    goes without saying.
    """
    if missing := [name for name in required_sockets(order) if name not in given]:
        return f"A picture is missing. Connect one to {missing[0]}.", []
    answer = _validated(order, given)
    if answer is not True:
        return _without_money(str(answer)), []
    if is_made_before(order, given) or any(name in given and given[name] is None for name in DECIDE):
        return "", []
    return _quoted(order, given, dialect)


def _quoted(order: Order, given: dict[str, Any], dialect: Dialect) -> tuple[str, list[str]]:
    """The same, by the order itself: with whatever a linked camera or linked shots may bring."""
    from ..kling_api.quote import quote

    refusals = []
    for more in cuts_and_moves(given, names_of(kind_at(order, dialect))):
        try:
            warnings = quote(_as_written(order, given, dialect, more), dialect).warnings
        except InvalidRequest as error:
            refusals.append(error)
        else:
            return "", [told(warning, order.names) for warning in warnings]
    if _is_of_what_is_linked(order, given, refusals[0]):
        return "", []
    return told(f"{refusals[0].what} {refusals[0].advice}", order.names), []


def _without_money(answer: str) -> str:
    """Of a refusal, what is wrong and what to do, in one line."""
    return " ".join(_OF_MONEY.sub("", answer).splitlines())


def _validated(order: Order, given: Mapping[str, Any]) -> str | bool:
    check: Callable[..., str | bool] = order.node.validate_inputs
    names = inspect.signature(check).parameters
    with speaking("en"):  # it is put into the reader's language at the end, as a whole
        return check(**{name: value for name, value in given.items() if name in names})


def _is_of_what_is_linked(order: Order, given: Mapping[str, Any], error: InvalidRequest) -> bool:
    """A stand-in may be refused for what the real one will not be: how many there are, or how long."""
    batches = [brought for brought in order.brought.values() if brought.batch and is_linked(given, brought)]
    return bool(batches) or "stand-in" in error.what


def _as_written(order: Order, given: Mapping[str, Any], dialect: Dialect, more: Mapping[str, Any]) -> Operation:
    """With stand-ins for what is linked, but none for a text that was left empty. Raises InvalidRequest."""
    operation: Any = operation_for(order, given, dialect, **more)
    texts = [name for name, value in given.items() if isinstance(value, str) and not value.strip()]
    empty = {name: "" for name in texts if getattr(operation, name, None) == f"<{name}>"}
    return replace(operation, **empty) if empty else operation


def _plain(units: Decimal | None) -> str | None:
    return None if units is None else plain(units)
