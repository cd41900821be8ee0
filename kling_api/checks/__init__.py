"""Checks an operation against what Kling's models can do, before anything is sent. Pure; used by dialects and nodes.

What is possible: `features` against the capability tables, `media` against the limits, `together` for the rest.
"""

from __future__ import annotations

from .. import capabilities
from ..errors import InvalidRequest
from ..operations import Operation, TryOnVideo, VideoOperation
from .advice import advice
from .features import features
from .held import check_media, check_size, check_still
from .prompts import check_prompts
from .together import check_together

__all__ = ["check_operation", "check_size", "check_still", "check_video", "features"]


def check_operation(operation: Operation) -> tuple[str, ...]:
    """Raises InvalidRequest when Kling's own platform cannot do the operation; returns warnings for the user.

    An unknown model id is passed on with a warning: models appear before tables know them.
    """
    if isinstance(operation, TryOnVideo):
        raise InvalidRequest(
            "Kling's own platform has no try-on as a clip.",
            "Make a picture with kolors-virtual-try-on, then a clip of it with image2video.",
        )
    check_prompts(operation)
    check_media(operation)
    problem = capabilities.problem(getattr(operation, "model_name", ""), operation.kind, features(operation))
    if problem:
        raise InvalidRequest(problem, "Change the values named and run again.")
    check_together(operation)
    return tuple(advice(operation))


def check_video(operation: VideoOperation) -> tuple[str, ...]:
    """`check_operation` for the two operations that every provider has."""
    return check_operation(operation)
