"""The shots of a clip, in both generations: told one by one, written into the prompt, or left to the model.

What a model makes of a clip that it cuts by itself is drawn as two halves, so that a clip that nobody wanted cut is
seen to be cut.
"""

from __future__ import annotations

import re

from .fields import Fields
from .refusals import invalid
from .validation import check_size, read_prompt, unsupported

#: (what it shows, seconds)
Shots = tuple[tuple[str, float], ...]

MOST_SHOTS = 6
LONGEST_SHOT_PROMPT = 512
_SHOT = re.compile(r"(?:^|;)\s*shot\s+(\d{1,4})\s*,\s*(\d{1,4})\s*,", re.IGNORECASE)


def is_storyboard(body: Fields) -> bool:
    """A multi-shot request of the old standard whose shots carry the prompts."""
    return body.flag("multi_shot") and body.text("shot_type") == "customize"


def read_shots(body: Fields, prompt: str, seconds: float, offered: bool) -> Shots:
    """Of `multi_shot`, `shot_type`, `multi_prompt` (old standard); the other two mean nothing without the first."""
    if not body.flag("multi_shot"):
        return ()
    if not offered:
        raise unsupported("Multi shot")
    if not body.has("shot_type"):
        raise body.broken_rule("shot_type", "must not be blank")
    if body.word("shot_type", ("customize", "intelligence"), "") == "intelligence":
        return cut(prompt, seconds)
    told = body.children("multi_prompt")
    check_size(body, "multi_prompt", len(told), 1, MOST_SHOTS)
    numbers = [shot.whole_number("index", range(1, MOST_SHOTS + 1), 0) for shot in told]
    if sorted(numbers) != list(range(1, len(told) + 1)):
        raise body.wrong_value("multi_prompt.index", ",".join(map(str, numbers)))
    shots = [_read_shot(shot) for shot in told]
    ordered = tuple(shot for _, shot in sorted(zip(numbers, shots, strict=True)))
    _check_sum(ordered, seconds)
    return ordered


def written_shots(prompt: str, seconds: float) -> Shots:
    """Those of "shot n, m, words; shot n, m, words;" (new standard), none where the prompt has no such."""
    found = list(_SHOT.finditer(prompt))
    if not found:
        return ()
    ends = [match.start() for match in found[1:]] + [len(prompt)]
    shots = tuple(
        (prompt[match.end() : end].strip(" ;\n"), float(match[2])) for match, end in zip(found, ends, strict=True)
    )
    if [int(match[1]) for match in found] != list(range(1, len(found) + 1)) or len(found) > MOST_SHOTS:
        raise invalid(f"prompt: shots must be numbered from 1 to at most {MOST_SHOTS}")
    for words, length in shots:
        if length < 1 or not 1 <= len(words) <= LONGEST_SHOT_PROMPT:
            raise invalid(f"prompt: a shot must last at least 1s and have 1 to {LONGEST_SHOT_PROMPT} characters")
    _check_sum(shots, seconds)
    return shots


def cut(prompt: str, seconds: float) -> Shots:
    return ((f"{prompt} (shot 1)", seconds / 2), (f"{prompt} (shot 2)", seconds / 2))


def _read_shot(shot: Fields) -> tuple[str, float]:
    prompt = read_prompt(shot, LONGEST_SHOT_PROMPT, required=True)
    if not shot.has("duration"):
        raise shot.broken_rule("duration", "must not be blank")
    return prompt, float(shot.whole_number("duration", range(1, 16), 0))


def _check_sum(shots: Shots, seconds: float) -> None:
    total = sum(length for _, length in shots)
    if total != seconds:
        raise invalid(f"The sum of the shot durations ({total:g}) must be equal to duration ({seconds:g})")
