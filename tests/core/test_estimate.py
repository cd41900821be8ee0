"""What an order costs by Kling's price lists, before it is sent; nothing where no list says."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kling_api.estimate import IMAGE_UNITS, UNITS, estimate, price_of_faces, unit_of_operation, worth_of
from kling_api.operations import (
    OPERATIONS,
    Avatar,
    CustomElement,
    CustomVoice,
    Effects,
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
    TryOnVideo,
    VideoExtend,
    VideoToAudio,
    VirtualTryOn,
)
from kling_api.recordings import Footage, Sound
from kling_api.stills import Still

PICTURE = Still(b"picture", 640, 480)
CLIP_URL, SOUND_URL = "https://a.example/clip.mp4", "https://a.example/sound.mp3"


def _clip(seconds: float) -> Footage:
    return Footage(Path("a.mp4"), seconds, 1280, 720, 24.0, 1000, "d1")


def _sound(seconds: float) -> Sound:
    return Sound(b"s", "mp3", seconds)


PRICED: list[tuple[Operation, str]] = [
    (Text2Video("a"), "3"),
    (Text2Video("a", mode="pro", duration=10, sound=True), "12"),
    (Text2Video("a", "kling-3.0-turbo"), "4"),
    (Text2Video("a", "kling-v1"), "1"),
    (Image2Video(PICTURE, model_name="kling-v2-6", mode="pro", sound=True), "5"),
    (Image2Video(PICTURE, model_name="kling-v2-6", mode="pro", sound=True, voice_list=("1",)), "6"),
    (OmniVideo("a"), "3"),
    (OmniVideo("a", mode="pro", sound=True, duration=10), "10"),
    (OmniVideo("a", mode="4k", duration=3), "9"),
    (OmniVideo("a", "kling-video-o1", video_url=CLIP_URL), "4.5"),
    (OmniVideo("a", video_url=_clip(9), duration=4), "3.6"),
    (OmniVideo("a", video_url=_clip(7.6), refer_type="base"), "7.2"),
    (OmniVideo("a", mode="4k", video_url=_clip(5.04), refer_type="base"), "15"),
    (MultiImage2Video((PICTURE,), "a"), "2"),
    (MultiImage2Video((PICTURE,), "a", mode="pro", duration=10), "7"),
    (MotionControl(PICTURE, _clip(8.4)), "4"),
    (MotionControl(PICTURE, _clip(8.5), model_name="kling-v3", mode="pro"), "10.8"),
    (Avatar(PICTURE, _sound(11.2)), "4.4"),
    (Avatar(PICTURE, _sound(60), mode="pro"), "48"),
    (LipSync(SOUND_URL, "1", sound_end_time=5000), "0.55"),
    (LipSync(SOUND_URL, "1", sound_start_time=1000, sound_end_time=6001), "1.05"),
    (LipSync(SOUND_URL, "1", sound_end_time=2000, session_id="s", face_id="f"), "0.5"),
    (TextToSpeech("a", "1"), "0.05"),
    (TextToAudio("a"), "0.25"),
    (VideoToAudio("1"), "0.25"),
    (ImageRecognize(PICTURE), "0.1"),
    (CustomVoice("v", SOUND_URL), "0.05"),
    (CustomElement("e", "e", frontal_image=PICTURE, refer_images=(PICTURE,)), "0"),
    (ImageGeneration("a", n=3), "12"),
    (ImageGeneration("a", image=PICTURE), "8"),
    (ImageGeneration("a", "kling-v3", n=9), "72"),
    (OmniImage("a", n=2), "16"),
    (OmniImage("a", "kling-v3-omni", resolution="4k"), "16"),
    (OmniImage("a", "kling-v3-omni", result_type="series", series_amount=5, n=9), "40"),
    (MultiImage2Image((PICTURE,), n=2), "32"),
    (ImageExpand(PICTURE, up_expansion_ratio=1, n=2), "16"),
    (MultiShotImages(PICTURE), "20"),
    (VirtualTryOn(PICTURE, PICTURE, "kolors-virtual-try-on-v1-5"), "20"),
]


@pytest.mark.parametrize(("operation", "units"), PRICED, ids=lambda value: getattr(value, "kind", value))
def test_an_order_costs_what_the_price_list_says(operation: Operation, units: str) -> None:
    assert estimate(operation) == Decimal(units)


@pytest.mark.parametrize(
    "operation",
    [
        Text2Video("a", "kling-v9"),
        Text2Video("a", "kling-v2-6", mode="std", sound=True),
        OmniVideo("a", "kling-video-o1", mode="4k"),
        OmniVideo("a", video_url=CLIP_URL, refer_type="base"),
        MotionControl(PICTURE, CLIP_URL),
        Avatar(PICTURE, SOUND_URL),
        Avatar(PICTURE, audio_id="1"),
        Avatar(PICTURE, _sound(5), mode="4k"),
        VideoExtend("1"),
        Effects("hug_pro", (PICTURE, PICTURE)),
        OmniImage("a", "kling-v3-omni", result_type="series", series_amount=0),
        ImageGeneration("a", "kling-v9"),
        VirtualTryOn(PICTURE, PICTURE),
        TryOnVideo(PICTURE, "a coat"),
    ],
    ids=lambda operation: operation.kind,
)
def test_where_no_list_says_what_it_costs_nothing_is_made_up(operation: Operation) -> None:
    assert estimate(operation) is None


@given(st.integers(2000, 60_000))
def test_a_lip_sync_pays_each_five_seconds_that_have_begun(milliseconds: int) -> None:
    price = estimate(LipSync(SOUND_URL, "1", sound_end_time=milliseconds, session_id="s", face_id="f"))
    assert price is not None
    assert price / Decimal("0.5") * 5000 >= milliseconds > (price / Decimal("0.5") - 1) * 5000


@given(st.floats(3, 30))
def test_a_clip_is_paid_by_the_nearest_whole_second(seconds: float) -> None:
    price = estimate(MotionControl(PICTURE, _clip(seconds), model_name="kling-2.6"))
    assert price is not None
    assert abs(price / Decimal("0.5") - Decimal(seconds)) <= Decimal("0.5")


def test_every_kind_of_operation_is_priced_or_known_to_have_no_price() -> None:
    priced = {operation.kind for operation, _ in PRICED}
    assert {operation.kind for operation in OPERATIONS} - priced == {"video-extend", "effects", "try-on-video"}


def test_pictures_are_counted_in_units_of_their_own() -> None:
    in_image_units = {operation.kind for operation in OPERATIONS if unit_of_operation(operation.kind) == IMAGE_UNITS}
    of_images = {operation.kind for operation in OPERATIONS if operation.category == "images"}
    assert in_image_units == of_images | {"ai-multi-shot"}
    assert unit_of_operation("image-recognize") == unit_of_operation("anything else") == UNITS


def test_an_image_unit_is_worth_a_fortieth_of_a_unit() -> None:
    assert (worth_of(IMAGE_UNITS), worth_of(UNITS)) == (Decimal("0.025"), Decimal(1))


def test_looking_for_faces_has_its_own_price() -> None:
    assert price_of_faces() == Decimal("0.05")


def test_an_estimate_never_looks_into_a_picture() -> None:
    assert estimate(Image2Video(PICTURE)) == estimate(Image2Video("https://a.example/p.png"))
