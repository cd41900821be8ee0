"""How long the texts of an operation may be."""

from __future__ import annotations

from .. import capabilities
from ..errors import InvalidRequest
from ..operations import MultiShot, Operation

#: Their texts have limits of their own, which hold everywhere and are checked at the door.
_ELSEWHERE = frozenset({"tts", "text-to-audio", "video-to-audio"})


def check_prompts(operation: Operation) -> None:
    """Raises InvalidRequest for a text that is longer than the model takes."""
    if operation.kind in _ELSEWHERE:
        return
    model = getattr(operation, "model_name", "")
    limit = capabilities.prompt_limit(model, operation.kind)
    for name in ("prompt", "negative_prompt"):
        text = getattr(operation, name, "")
        if len(text) > limit:
            raise InvalidRequest(
                f"{name} has {len(text)} characters; {model or 'Kling'} takes at most {limit}.",
                f"Shorten it by {len(text) - limit}.",
            )
    shots = getattr(operation, "multi_shot", None)
    if shots and shots.is_written and capabilities.generation_of(model) == "new":
        _check_shots(shots, model, limit)


def _check_shots(shots: MultiShot, model: str, limit: int) -> None:
    """The new standard writes them into one prompt: "shot 1, 5, words; shot 2, 3, words;" (its pages, 2026-09)."""
    written = len(
        " ".join(f"shot {number}, {shot.duration}, {shot.prompt};" for number, shot in enumerate(shots.multi_prompt, 1))
    )
    if written > limit:
        raise InvalidRequest(
            f"The prompts of the shots have {written} characters in all; {model} takes at most {limit}.",
            f"Shorten them by {written - limit}.",
        )
