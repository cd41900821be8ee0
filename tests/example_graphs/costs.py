"""What an example costs at Kling's own list prices, in words for its note; by kling_api.estimate."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from kling_api.estimate import estimate, unit_of_operation
from kling_api.limits import plain
from kling_api.models import video_document
from kling_api.operations import (
    Avatar,
    CustomElement,
    CustomVoice,
    Image2Video,
    ImageExpand,
    ImageGeneration,
    ImageRecognize,
    LipSync,
    MotionControl,
    MultiImage2Image,
    MultiImage2Video,
    MultiShotImages,
    OmniImage,
    OmniVideo,
    Operation,
    Text2Video,
    TextToAudio,
    TextToSpeech,
    VideoToAudio,
)
from kling_api.recordings import Footage, Sound

from .definitions import Definition
from .graph import Example, Link, Node

_URL = "https://stand-in.invalid/media"
#: What is paid for, but by no list that we have: in English and Chinese.
UNPRICED = {
    "KlingVideoExtend": (
        "the longer clip (1 to 3.5 units by a list of 2026-08)",
        "延长（2026-08 的价格表为 1 到 3.5 积分）",
    ),
    "KlingVideoEffects": ("the scene, whose price is not public", "特效（价格未公布）"),
    "KlingVirtualTryOn": ("the try-on, whose price is not public", "虚拟试穿（价格未公布）"),
}
FOR_FREE = "免费。"

Values = Mapping[str, Any]
_ORDERS: dict[str, Callable[[Values, int], Operation]] = {
    "KlingText2Video": lambda v, s: Text2Video("x", **_clip(v, s), sound=v["sound"], voice_list=_voices(v)),
    "KlingImage2Video": lambda v, s: Image2Video(_URL, **_clip(v, s), sound=v["sound"], voice_list=_voices(v)),
    "KlingMultiImage2Video": lambda v, s: MultiImage2Video((_URL,), "x", **_clip(v, s)),
    "KlingOmniVideo": lambda v, s: OmniVideo(
        "x", **_clip(v, s), sound=v["sound"], video_url=_footage(s) if v["video"] else "", refer_type=v["refer_type"]
    ),
    "KlingMotionControl": lambda v, s: MotionControl(_URL, _footage(s), **_some(v, "model_name", "mode")),
    "KlingAvatar": lambda v, s: Avatar(_URL, Sound(b"", "mp3", s), mode=v["mode"]),
    "KlingLipSync": lambda _, s: LipSync(_URL, video_id="1", sound_end_time=1000 * s),
    "KlingImageGeneration": lambda v, _: ImageGeneration(
        "x",
        **_some(v, "model_name", "resolution", "n"),
        image=_URL if v["image"] else None,
        image_reference=v["image_reference"] if v["image"] else "",
    ),
    "KlingOmniImage": lambda v, _: OmniImage("x", **_some(v, "model_name", "resolution", "n")),
    "KlingMultiImage2Image": lambda v, _: MultiImage2Image((_URL,), **_some(v, "model_name", "n")),
    "KlingImageExpand": lambda v, _: ImageExpand(_URL, 0.1, n=v["n"]),
    "KlingImageRecognize": lambda _v, _s: ImageRecognize(_URL),
    "KlingMultiShotImages": lambda _v, _s: MultiShotImages(_URL),
    "KlingTextToSpeech": lambda v, _: TextToSpeech(v["text"], v["voice_id"]),
    "KlingTextToAudio": lambda v, _: TextToAudio(v["prompt"]),
    "KlingVideoToAudio": lambda _v, _s: VideoToAudio("1"),
    "KlingVoice": lambda _v, _s: CustomVoice("x", _URL),
    "KlingElement": lambda _v, _s: CustomElement("x", "x", frontal_image=_URL, refer_images=(_URL,)),
}


def cost_in_words(example: Example, known: Mapping[str, Definition]) -> tuple[str, str]:
    """In English and Chinese, with the day of the price list."""
    sums = {"units": Decimal(0), "image units": Decimal(0)}
    for operation in (one for node in example.nodes for one in orders(node, known)):
        price = estimate(operation)
        assert price is not None, f"{example.name}: no price of {operation.kind}"
        sums[unit_of_operation(operation.kind)] += price
    return _in_words(sums, [UNPRICED[node.type] for node in example.nodes if node.type in UNPRICED])


def orders(node: Node, known: Mapping[str, Definition]) -> Iterator[Operation]:
    """What the node orders that has a price; a text that is to be said is an order of its own."""
    if node.type not in _ORDERS:
        return
    inputs = known[node.type].inputs
    values = {one.name: one.default for one in inputs} | node.values
    if values.get("text") and node.type != "KlingTextToSpeech":
        yield TextToSpeech(values["text"], values["voice_id"])
    plain = {one.name: one.default for one in inputs if isinstance(values[one.name], Link) and one.is_widget}
    yield _ORDERS[node.type](values | plain, node.lasting)


def _in_words(sums: Mapping[str, Decimal], unpriced: list[tuple[str, str]]) -> tuple[str, str]:
    chinese = {"units": "积分", "image units": "图片积分"}
    priced = {unit: plain(price) for unit, price in sums.items() if price}
    day = video_document()["date"]
    if not priced:
        return "nothing.", FOR_FREE
    english = (
        f"about {' and '.join(f'{price} {unit}' for unit, price in priced.items())} at Kling's list prices of {day}"
    )
    here = f"约 {'、'.join(f'{price} {chinese[unit]}' for unit, price in priced.items())}（{day} 官方价格）"
    if unpriced:
        more, besides = zip(*unpriced, strict=True)
        english, here = f"{english}; besides, {' and '.join(more)}", f"{here}；另加{'、'.join(besides)}"
    return f"{english}.", f"{here}。"


def _clip(values: Values, seconds: int) -> dict[str, Any]:
    return _some(values, "model_name", "mode") | {"duration": seconds or values["duration"]}


def _some(values: Values, *names: str) -> dict[str, Any]:
    return {name: values[name] for name in names}


def _voices(values: Values) -> tuple[str, ...]:
    return ("1",) if values["voice_1"] else ()


def _footage(seconds: int) -> Footage:
    return Footage(Path("clip.mp4"), seconds, 1280, 720, 24.0, 1_000_000, "")
