"""KlingElement: a person or thing that prompts can cite, by its id or made from pictures or a clip."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from ..kling_api import catalog
from ..kling_api.bounds import LONGEST_DESCRIPTION, LONGEST_NAME
from ..kling_api.errors import InvalidRequest
from ..kling_api.steps import Steps
from ..kling_api.watch import Progress
from . import inputs, judging, pictures, sources, wording
from .clips import last_words, steps_of
from .host import advanced, io, search_aliases
from .workers import run_visibly


class KlingElement(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="KlingElement",
            display_name="Kling Element",
            category="Kling/Library",
            description="A person or thing that a prompt cites as <<<element_1>>>: by its id, or made from a frontal "
            "picture with one to three more, or from a clip. The account keeps it.",
            inputs=[
                io.String.Input(
                    "element_id",
                    default="",
                    tooltip="The id of a preset or of an element of your account. Empty: an element is made.",
                ),
                *_words(),
                inputs.seed(),
                pictures.socket("frontal_image", "The person or thing from the front."),
                pictures.url("frontal_image"),
                pictures.socket("refer_images", "One to three pictures from other sides, as a batch."),
                pictures.url("refer_images", lines=True),
                *inputs.clip("The same in a clip, in place of pictures: mp4 or mov, 3 to 8 s, 1080p, 200 MB at most."),
                inputs.VoiceType.Input(
                    "voice", optional=True, tooltip="From Kling Voice: the voice in which it speaks."
                ),
                *inputs.profile_and_callback(),
            ],
            outputs=[
                inputs.ElementType.Output(
                    "element", display_name="element", tooltip="For element_1 and so on of a video or image node."
                ),
                io.String.Output(
                    "element_id", display_name="element_id", tooltip="The element's id; keep it for later."
                ),
                io.String.Output(
                    "task_id", display_name="task_id", tooltip="Of an element that was made: the task's id."
                ),
            ],
            **search_aliases(
                "可灵",
                "主体",
                "角色",
                "角色一致性",
                "element",
                "character",
                "consistent character",
                "subject",
                "kling element",
            ),
        )

    @classmethod
    def validate_inputs(
        cls,
        element_id: str | None = "",
        element_name: str | None = None,
        element_description: str | None = None,
        tags: str | None = "",
        frontal_image: Any = inputs.NOT_GIVEN,
        frontal_image_url: str | None = "",
        video: Any = inputs.NOT_GIVEN,
        video_url: str | None = "",
        profile: str | None = "",
    ) -> str | bool:
        given = judging.exactly_one(
            element_id=element_id,
            frontal_image=judging.linked(frontal_image),
            frontal_image_url=frontal_image_url,
            video=judging.linked(video),
            video_url=video_url,
        )
        if given is not True or element_id is None or element_id.strip():
            return given
        return judging.first_problem(
            judging.text("element_name", element_name, LONGEST_NAME),
            judging.text("element_description", element_description, LONGEST_DESCRIPTION),
            judging.judged(lambda: _tags(tags or "")),
            inputs.problem("advanced-custom-elements", profile, ""),
        )

    @classmethod
    async def execute(
        cls,
        element_id: str = "",
        element_name: str = "",
        element_description: str = "",
        tags: str = "",
        seed: int = 0,
        frontal_image: Any = None,
        frontal_image_url: str = "",
        refer_images: Any = None,
        refer_images_url: str = "",
        video: Any = None,
        video_url: str = "",
        voice: str | None = None,
        profile: str = "",
        callback_url: str = "",
    ) -> io.NodeOutput:
        if known := element_id.strip():
            with wording.of_a_node():
                sources.exactly_one(element_id=known, frontal_image=frontal_image, video=video, video_url=video_url)
            return io.NodeOutput(known, known, "")

        def work(progress: Callable[[Progress], None], stop: threading.Event) -> Steps[tuple[str, str]]:
            from ..kling_api.operations import CustomElement

            with sources.clip(video, video_url) as clip:
                result = yield from steps_of(
                    CustomElement(
                        element_name=element_name.strip(),
                        element_description=element_description.strip(),
                        reference_type="video_refer" if clip else "image_refer",
                        frontal_image=pictures.picture("frontal_image", frontal_image, frontal_image_url),
                        refer_images=pictures.pictures("refer_images", refer_images, refer_images_url),
                        refer_video=clip,
                        element_voice_id=voice or "",
                        tag_list=_tags(tags),
                        seed=seed,
                        callback_url=callback_url,
                    ),
                    profile,
                    progress,
                    stop,
                )
            progress(last_words(result, f"element {result.video_id}"))
            return result.video_id, result.task_id

        made, task_id = await run_visibly(work)
        return io.NodeOutput(made, made, task_id)


def _words() -> list[Any]:
    return [
        io.String.Input(
            "element_name",
            default="",
            tooltip=f"Of an element that is made: its name, up to {LONGEST_NAME} characters.",
        ),
        io.String.Input(
            "element_description",
            multiline=True,
            default="",
            tooltip=f"Of an element that is made: what it is, up to {LONGEST_DESCRIPTION} characters.",
        ),
        io.String.Input(
            "tags",
            default="",
            tooltip=f"Some of {', '.join(catalog.element_tags().values())}, with commas between them. May be empty.",
            **advanced(),
        ),
    ]


def _tags(words: str) -> tuple[str, ...]:
    """The ids of tags that are named by word or id."""
    known = catalog.element_tags()
    by_word = {word.lower(): tag for tag, word in known.items()} | {tag: tag for tag in known}
    asked = [word.strip().lower() for word in words.split(",") if word.strip()]
    if unknown := [word for word in asked if word not in by_word]:
        raise InvalidRequest(f"tags names '{unknown[0]}'.", f"Choose among: {', '.join(known.values())}.")
    return tuple(dict.fromkeys(by_word[word] for word in asked))
