"""Several shots in one clip: what each shows and how long it lasts."""

from __future__ import annotations

from dataclasses import dataclass

from ..bounds import LONGEST_SHOT_PROMPT, MOST_SHOTS, SHOT_TYPES
from ..errors import InvalidRequest
from .rules import not_empty, one_of


@dataclass(frozen=True)
class Shot:
    """One shot: what it shows, and its whole seconds (1 or more)."""

    prompt: str
    duration: int

    def __post_init__(self) -> None:
        not_empty("The prompt of a shot", self.prompt, "Write what the shot shows.")
        if len(self.prompt) > LONGEST_SHOT_PROMPT:
            raise InvalidRequest(
                f"The prompt of a shot has {len(self.prompt)} characters; the most is {LONGEST_SHOT_PROMPT}.",
                f"Shorten it by {len(self.prompt) - LONGEST_SHOT_PROMPT}.",
            )
        if not isinstance(self.duration, int) or self.duration < 1:
            raise InvalidRequest(f"A shot lasts {self.duration} s.", "Give whole seconds, 1 or more.")


@dataclass(frozen=True)
class MultiShot:
    """A clip of several shots. `shot_type` customize: the shots as they are given; intelligence: the model cuts the

    clip as it sees fit, and takes no shots.
    """

    multi_prompt: tuple[Shot, ...] = ()
    shot_type: str = "customize"

    def __post_init__(self) -> None:
        one_of("shot_type", self.shot_type, SHOT_TYPES)
        count = len(self.multi_prompt)
        if self.shot_type == "customize" and not 1 <= count <= MOST_SHOTS:
            raise InvalidRequest(f"{count} shots are given.", f"Give one to {MOST_SHOTS} shots.")
        if self.shot_type == "intelligence" and count:
            raise InvalidRequest(
                f"shot_type intelligence takes no shots, but {count} are given.", "Remove them, or choose customize."
            )

    @property
    def seconds(self) -> int:
        """Of all shots together; 0 where the model decides."""
        return sum(shot.duration for shot in self.multi_prompt)

    @property
    def is_written(self) -> bool:
        """Whether the shots say what to show, so that the clip needs no prompt of its own."""
        return self.shot_type == "customize"


def texts_of(prompt: str, multi_shot: MultiShot | None) -> dict[str, str]:
    """All that is written of a clip, by what each text is called."""
    shots = multi_shot.multi_prompt if multi_shot else ()
    return {"The prompt": prompt} | {f"Shot {number}": shot.prompt for number, shot in enumerate(shots, 1)}


def check_shots(multi_shot: MultiShot | None, duration: int) -> None:
    """The shots must last as long as the clip that is paid for."""
    if multi_shot and multi_shot.is_written and multi_shot.seconds != duration:
        lengths = " + ".join(str(shot.duration) for shot in multi_shot.multi_prompt)
        raise InvalidRequest(
            f"The shots last {lengths} = {multi_shot.seconds} s, but duration is {duration} s.",
            f"Set duration to {multi_shot.seconds}, or change the shots.",
        )
