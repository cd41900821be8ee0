"""KlingShots: what each shot of a clip shows and how long it lasts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ..kling_api.bounds import LONGEST_SHOT_PROMPT, MOST_SHOTS, SHOT_TYPES
from . import judging, wording
from .host import io, search_aliases
from .inputs import MultiShotType

if TYPE_CHECKING:
    from ..kling_api.operations import Shot


class KlingShots(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="KlingShots",
            display_name="Kling Shots",
            category="Kling/Video",
            description="Cuts a clip into one to six shots, for a video node's multi_shot. The shots last as long as "
            "the clip: link duration to it.",
            inputs=[
                io.Combo.Input(
                    "shot_type",
                    options=list(SHOT_TYPES),
                    default=SHOT_TYPES[0],
                    tooltip="Who cuts the clip. customize: you, by the shots below. intelligence: the model; leave all "
                    "shots empty.",
                ),
                *(socket for number in range(1, MOST_SHOTS + 1) for socket in _shot(number)),
            ],
            outputs=[
                MultiShotType.Output(
                    "multi_shot", display_name="multi_shot", tooltip="For a video node's input of that name."
                ),
                io.Int.Output(
                    "duration", display_name="duration", tooltip="Seconds of all shots together; 5 for intelligence."
                ),
            ],
            **search_aliases("可灵", "分镜", "多镜头", "multi shot", "storyboard", "kling shots"),
        )

    @classmethod
    def validate_inputs(
        cls,
        shot_type: str | None = None,
        prompt_1: str | None = "",
        prompt_2: str | None = "",
        prompt_3: str | None = "",
        prompt_4: str | None = "",
        prompt_5: str | None = "",
        prompt_6: str | None = "",
    ) -> str | bool:
        prompts = (prompt_1, prompt_2, prompt_3, prompt_4, prompt_5, prompt_6)
        known = [prompt for prompt in prompts if prompt is not None]
        if shot_type is None or len(known) < MOST_SHOTS:  # linked: known only when the graph runs
            return True
        from ..kling_api.operations import MultiShot

        return judging.judged(lambda: MultiShot(_shots(known, [1] * MOST_SHOTS), shot_type))

    @classmethod
    def execute(cls, shot_type: str = SHOT_TYPES[0], **shots: Any) -> io.NodeOutput:
        from ..kling_api.operations import MultiShot

        numbers = range(1, MOST_SHOTS + 1)
        prompts = [shots.get(f"prompt_{number}", "") for number in numbers]
        seconds = [shots.get(f"duration_{number}", 1) for number in numbers]
        with wording.of_a_node():
            multi_shot = MultiShot(_shots(prompts, seconds), shot_type)
        return io.NodeOutput(multi_shot, multi_shot.seconds or 5)


def _shot(number: int) -> tuple[Any, Any]:
    which = "" if number == 1 else " Empty: no such shot."
    return (
        io.String.Input(
            f"prompt_{number}",
            multiline=True,
            default="",
            optional=number > 1,
            tooltip=f"What shot {number} shows. Up to {LONGEST_SHOT_PROMPT} characters.{which}",
        ),
        io.Int.Input(
            f"duration_{number}",
            default=5 if number == 1 else 2,
            min=1,
            max=15,
            optional=number > 1,
            tooltip=f"Whole seconds of shot {number}, 1 to 15.",
        ),
    )


def _shots(prompts: Sequence[str], seconds: Sequence[int]) -> tuple[Shot, ...]:
    """Those that have a prompt."""
    from ..kling_api.operations import Shot

    return tuple(Shot(prompt, duration) for prompt, duration in zip(prompts, seconds, strict=True) if prompt.strip())
