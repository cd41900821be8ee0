"""What a request will cost, from the price table, before it is sent. Pure."""

from __future__ import annotations

from decimal import Decimal

from . import capabilities
from .operations import VideoOperation


def estimate(operation: VideoOperation) -> Decimal | None:
    """Units of Kling's own price list (2026-09) for the seconds asked for; None where no price is known.

    Kling bills whole seconds of the result when the task succeeds, and was not seen to bill a failed one.
    """
    sound = capabilities.sound_of(operation.model_name, operation.kind, operation.sound)
    price = capabilities.units_per_second(operation.model_name, operation.mode, sound)
    return None if price is None else price * operation.duration
