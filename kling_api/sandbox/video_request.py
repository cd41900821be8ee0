"""What a checked request for a clip, pictures, a sound or an asset amounts to, whatever dialect it came in.

No checks, no drawing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from .models import Model

AXES = ("horizontal", "vertical", "pan", "tilt", "roll", "zoom")
CAMERA_TYPES = ("simple", "down_back", "forward_up", "right_turn_forward", "left_turn_forward")

#: The operations of each kind of request; all others are those of a clip.
IMAGES = (
    *("generations", "omni-image", "multi-image2image", "expand"),
    *("kolors-virtual-try-on", "image-recognize", "ai-multi-shot"),
)
SOUNDS = ("tts", "text-to-audio", "video-to-audio")
ASSETS = ("custom-voices", "advanced-custom-elements")

#: A URL, the encoded bytes, or none. Sound comes in the same way.
Picture = str | bytes | None


@dataclass(frozen=True)
class Camera:
    """A camera move; `axes` (-10..10) is empty unless the type is simple."""

    type: str
    axes: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Speech:
    """Sound to be put into a clip: its part from `start` to `end` (0: to its end) goes to `insert`, all in ms.

    `file` may also be "audio:<id>": the sound that a task of the account has made.
    """

    file: Picture = field(repr=False)
    start: int = 0
    end: int = 0
    insert: int = 0
    volume: float = 1.0
    original_volume: float = 1.0


@dataclass(frozen=True)
class VideoRequest:
    """A clip.

    `operation`: text2video, image2video, multi-image2video, motion-control, video-extend, avatar, lip-sync, omni-video
    or effects. `aspect_ratio` "" follows the picture. `mode` is std, pro or 4k in every generation.
    `first` is the picture of every operation that has one, `pictures` those of multi-image2video and effects, and what
    omni-video refers to.
    `video` is the id or URL of the clip to extend (`video-extend`, an id), to speak in (`lip-sync`), to move like
    (`motion-control`), or of `omni-video`: `video_role` "feature" follows it, "base" edits it. With such a clip `sound`
    keeps its own. `seconds` is only the estimate for the price where another clip or a sound gives the length.
    `shots` (text, seconds): a cut before each but the first. `voices` and `elements` are ids of the account's, or
    presets. `effect` is the scene's name. `note` comes back from `Desk.note`.
    """

    operation: str
    model: Model
    prompt: str = ""
    negative_prompt: str = ""
    cfg_scale: float = 0.5
    mode: str = "std"
    seconds: float = 5
    sound: bool = False
    aspect_ratio: str = ""
    camera: Camera | None = None
    first: Picture = field(default=None, repr=False)
    last: Picture = field(default=None, repr=False)
    external_id: str = ""
    callback_url: str = ""
    watermark: bool = False
    pictures: tuple[Picture, ...] = field(default=(), repr=False)
    video: str = ""
    speech: Speech | None = None
    note: str = ""
    video_role: str = ""
    shots: tuple[tuple[str, float], ...] = ()
    effect: str = ""
    voices: tuple[str, ...] = ()
    elements: tuple[str, ...] = ()

    @property
    def frames(self) -> str:
        if self.operation == "text2video":
            return "none"
        if self.last is None:
            return "first"
        return "last" if self.first is None else "first+last"


@dataclass(frozen=True)
class ImageRequest:
    """`n` pictures (1-9), or a `series` of so many.

    `operation`: one of `IMAGES`. `aspect_ratio` "auto" or "" follows the first picture; `resolution` is 1k, 2k or 4k.
    With `mask`, only the part of the first picture is changed in which it is white. Fidelities do not show.
    `pictures`: the subjects of multi-image2image, which has `scene` and `style` too; the person and the garment of
    kolors-virtual-try-on. `expansion`: by which part of its height (up, down) and width (left, right) a picture grows.
    `elements` as in a `VideoRequest`. `note` comes back from `Desk.note`.
    """

    operation: str
    model: str
    prompt: str = ""
    negative_prompt: str = ""
    n: int = 1
    aspect_ratio: str = "16:9"
    resolution: str = "1k"
    pictures: tuple[Picture, ...] = field(default=(), repr=False)
    mask: Picture = field(default=None, repr=False)
    image_reference: str = ""
    image_fidelity: float = 0.5
    human_fidelity: float = 0.45
    external_id: str = ""
    callback_url: str = ""
    watermark: bool = False
    note: str = ""
    series: int = 0
    expansion: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)
    scene: Picture = field(default=None, repr=False)
    style: Picture = field(default=None, repr=False)
    elements: tuple[str, ...] = ()


@dataclass(frozen=True)
class SoundRequest:
    """A sound. `operation`: one of `SOUNDS`.

    tts: `text` by the voice `voice`, its length from the text, `language` (zh, en) and `speed`.
    text-to-audio: `seconds` of what `text` says.
    video-to-audio: the clip of the id or URL `video` with a new sound by `effect_prompt` and `music_prompt`.
    `note` comes back from `Desk.note`.
    """

    operation: str
    text: str = ""
    voice: str = ""
    language: str = "zh"
    speed: float = 1.0
    seconds: float = 5
    video: str = ""
    effect_prompt: str = ""
    music_prompt: str = ""
    asmr: bool = False
    external_id: str = ""
    callback_url: str = ""
    note: str = ""


@dataclass(frozen=True)
class AssetRequest:
    """What an account keeps. `operation`: one of `ASSETS`.

    A voice is made from `sound` or the clip `video`, an element from `pictures`, the frontal one first, or the clip
    `video` (an id or a URL). `document`: JSON that comes back with the asset. `note` comes back from `Desk.note`.
    """

    operation: str
    name: str
    document: str = "{}"
    pictures: tuple[Picture, ...] = field(default=(), repr=False)
    sound: Picture = field(default=None, repr=False)
    video: str = ""
    external_id: str = ""
    callback_url: str = ""
    note: str = ""


Request = VideoRequest | ImageRequest | SoundRequest | AssetRequest
