"""KlingOmniVideo: a prompt that cites pictures, a clip and elements becomes a clip."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ..kling_api import capabilities
from ..kling_api.bounds import MOST_REFERENCES, REFER_TYPES
from ..kling_api.steps import Steps
from ..kling_api.watch import Progress
from . import inputs, judging, pictures, sources
from .clips import hand_on, outputs, steps_of
from .host import io, search_aliases

if TYPE_CHECKING:
    from ..kling_api.client import Result
    from ..kling_api.operations import MultiShot


_MODES = "The clip's size. std: 720p, pro: 1080p, 4k: 2160p (not with an o1 model). A higher mode costs more."


class KlingOmniVideo(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="KlingOmniVideo",
            display_name="Kling Omni Video",
            category="Kling/Video",
            description="Makes a clip from a prompt that cites what is connected: <<<image_1>>>, <<<video_1>>>, "
            "<<<element_1>>>. Follows a clip, edits it, or goes from a first to an end frame.",
            inputs=[
                inputs.prompt("omni-video"),
                pictures.model_name("omni-video", "kling-v3-omni and kling-3.0-omni also take shots and make sound."),
                inputs.mode(capabilities.modes(), _MODES),
                inputs.duration("3 to 15, with kling-video-o1 and kling-o1 3 to 10. An edited clip keeps its length."),
                io.Combo.Input(
                    "aspect_ratio",
                    options=list(capabilities.aspect_ratios()),
                    default="16:9",
                    tooltip="Width : height of the clip. A first frame or an edited clip brings its own.",
                ),
                io.Boolean.Input(
                    "sound",
                    default=False,
                    tooltip="Make sound as well. Costs more. Not beside a clip, nor with an o1 model.",
                ),
                inputs.seed(),
                inputs.decode(),
                *_media(),
                inputs.multi_shot("kling-v3-omni and kling-3.0-omni."),
                *inputs.elements(MOST_REFERENCES, "At most 7 with the pictures, 4 beside a clip."),
                *inputs.profile_and_callback(),
            ],
            outputs=outputs(),
            **search_aliases(
                "可灵",
                "多模态",
                "参考生视频",
                "视频编辑",
                "参考",
                "omni",
                "o1",
                "reference to video",
                "video edit",
                "video to video",
                "v2v",
            ),
        )

    @classmethod
    def validate_inputs(
        cls,
        model_name: str | None = None,
        mode: str | None = None,
        duration: int | None = None,
        sound: bool | None = None,
        image: Any = inputs.NOT_GIVEN,
        image_url: str | None = "",
        end_image: Any = inputs.NOT_GIVEN,
        end_image_url: str | None = "",
        image_1: Any = inputs.NOT_GIVEN,
        image_urls: str | None = "",
        video: Any = inputs.NOT_GIVEN,
        video_url: str | None = "",
        refer_type: str | None = REFER_TYPES[0],
        element_1: Any = inputs.NOT_GIVEN,
        multi_shot: Any = inputs.NOT_GIVEN,
        profile: str | None = "",
    ) -> str | bool:
        first, end = (image, image_url), (end_image, end_image_url)
        return judging.first_problem(
            judging.at_most_one(image=judging.linked(image), image_url=image_url),
            judging.at_most_one(end_image=judging.linked(end_image), end_image_url=end_image_url),
            judging.at_most_one(video=judging.linked(video), video_url=video_url),
            inputs.problem(
                "omni-video",
                profile,
                model_name,
                mode=mode,
                duration=duration,
                sound=inputs.on_or_off(sound),
                frames=_frames(*(judging.some(judging.linked(socket), url) for socket, url in (first, end))),
                video=_role(judging.some(judging.linked(video), video_url), refer_type),
                references=judging.some(judging.linked(image_1), image_urls),
                elements=judging.some(judging.linked(element_1)),
                shots=judging.shots(multi_shot),
            ),
        )

    @classmethod
    async def execute(
        cls,
        prompt: str,
        model_name: str,
        mode: str = "std",
        duration: int = 5,
        aspect_ratio: str = "16:9",
        sound: bool = False,
        seed: int = 0,
        decode: str = "all",
        image: Any = None,
        image_url: str = "",
        end_image: Any = None,
        end_image_url: str = "",
        image_urls: str = "",
        video: Any = None,
        video_url: str = "",
        refer_type: str = REFER_TYPES[0],
        keep_original_sound: bool = True,
        multi_shot: MultiShot | None = None,
        profile: str = "",
        callback_url: str = "",
        **sockets: Any,
    ) -> io.NodeOutput:
        references = [sockets.get(f"image_{number}") for number in range(1, MOST_REFERENCES + 1)]
        elements = [sockets.get(f"element_{number}") for number in range(1, MOST_REFERENCES + 1)]

        def run(progress: Callable[[Progress], None], stop: threading.Event) -> Steps[Result]:
            from ..kling_api.operations import OmniVideo

            with sources.clip(video, video_url) as clip:
                steps = steps_of(
                    OmniVideo(
                        prompt=prompt,
                        model_name=model_name,
                        image=sources.picture("image", image, image_url, model_name),
                        image_tail=sources.picture("end_image", end_image, end_image_url, model_name),
                        image_list=sources.several(references, image_urls, model_name),
                        video_url=clip,
                        refer_type=refer_type,
                        keep_original_sound=keep_original_sound,
                        element_list=sources.in_order("element", elements),
                        mode=mode,
                        duration=duration,
                        aspect_ratio=aspect_ratio,
                        sound=sound,
                        multi_shot=multi_shot,
                        seed=seed,
                        callback_url=callback_url,
                    ),
                    profile,
                    progress,
                    stop,
                )
                return (yield from steps)

        return await hand_on(run, decode)


def _media() -> list[Any]:
    return [
        pictures.socket("image", "The first frame."),
        pictures.url("image"),
        pictures.socket("end_image", "The last frame; only with a first frame."),
        pictures.url("end_image"),
        *inputs.cited_pictures(MOST_REFERENCES),
        *inputs.clip("The clip that the prompt cites as <<<video_1>>>; mp4 or mov, 3 to 10 s (3.0: to 15 s), 200 MB."),
        io.Combo.Input(
            "refer_type",
            options=list(REFER_TYPES),
            default=REFER_TYPES[0],
            optional=True,
            tooltip="What the clip is for. feature: it is followed in style or movement. base: it is edited.",
        ),
        io.Boolean.Input(
            "keep_original_sound", default=True, optional=True, tooltip="Keep the sound of the clip that is connected."
        ),
    ]


def _frames(first: str | None, end: str | None) -> str | None:
    """The feature; None where nobody knows yet."""
    if first is None or end is None:
        return None
    return {"none": "none", "some": "first"}[first] if end == "none" else "first+last"


def _role(clip: str | None, refer_type: str | None) -> str | None:
    """The feature `video`; None where nobody knows yet."""
    return "none" if clip == "none" else refer_type if clip else None
