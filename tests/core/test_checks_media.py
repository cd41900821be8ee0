"""Pictures, clips and sounds that we hold: what Kling would not take is found here, with the numbers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kling_api.checks import check_operation
from kling_api.errors import InvalidRequest
from kling_api.operations import (
    Avatar,
    CustomElement,
    CustomVoice,
    Effects,
    ImageExpand,
    ImageGeneration,
    LipSync,
    MotionControl,
    MultiImage2Image,
    OmniImage,
    OmniVideo,
    Operation,
    VideoToAudio,
    VirtualTryOn,
)
from kling_api.recordings import Footage, Sound
from kling_api.stills import Still

PICTURE = Still(b"picture", 640, 480)


def _clip(seconds: float = 5, width: int = 1280, height: int = 720, **changes: Any) -> Footage:
    values: dict[str, Any] = {"path": Path("clip.mp4"), "rate": 24.0, "size": 1_000_000, "source": "d1"}
    return Footage(seconds=seconds, width=width, height=height, **values | changes)


def _sound(seconds: float, format: str = "mp3", size: int = 1000) -> Sound:
    return Sound(b"s" * size, format, seconds)


def _omni(clip: Footage, model: str = "kling-v3-omni") -> OmniVideo:
    return OmniVideo("as <<<video_1>>>", model, video_url=clip)


def _refused(operation: Operation) -> InvalidRequest:
    with pytest.raises(InvalidRequest) as caught:
        check_operation(operation)
    assert str(caught.value).endswith("Not charged.")
    return caught.value


#: The table of media limits in the documentation: how to make the operation, fewest and most seconds.
SECONDS: list[tuple[str, Any, float, float]] = [
    ("omni-video with v3-omni", lambda seconds: _omni(_clip(seconds)), 3, 15.5),
    ("omni-video with 3.0-omni", lambda seconds: _omni(_clip(seconds), "kling-3.0-omni"), 3, 15.5),
    ("omni-video with O1", lambda seconds: _omni(_clip(seconds), "kling-video-o1"), 3, 10),
    ("omni-video with an unknown model", lambda seconds: _omni(_clip(seconds), "kling-v9"), 3, 10),
    ("motion as in the clip", lambda seconds: MotionControl(PICTURE, _clip(seconds)), 3, 30),
    (
        "motion as in the picture",
        lambda seconds: MotionControl(PICTURE, _clip(seconds), character_orientation="image"),
        3,
        10,
    ),
    ("lip sync", lambda seconds: LipSync("https://a.example/s.mp3", "", _clip(seconds), sound_end_time=2000), 2, 60),
    ("video to audio", lambda seconds: VideoToAudio(video_url=_clip(seconds)), 3, 20),
    ("element", lambda seconds: _element(_clip(seconds, 1920, 1080)), 3, 8),
    ("sound of a lip sync", lambda seconds: LipSync(_sound(seconds), "1", sound_end_time=2000), 2, 60),
    ("sound of an avatar", lambda seconds: Avatar(PICTURE, _sound(seconds)), 2, 300),
    ("voice", lambda seconds: CustomVoice("v", _sound(seconds)), 5, 30),
]


def _element(clip: Footage) -> CustomElement:
    return CustomElement("e", "an e", "video_refer", refer_video=clip)


@pytest.mark.parametrize(("name", "make", "low", "high"), SECONDS, ids=[row[0] for row in SECONDS])
def test_a_clip_or_sound_is_taken_from_the_shortest_to_the_longest(
    name: str, make: Any, low: float, high: float
) -> None:
    for seconds in (low, (low + high) / 2, high, high + 0.04):
        check_operation(make(seconds))
    for seconds in (low - 0.2, high + 0.2):
        error = _refused(make(seconds))
        assert f"lasts {seconds:.1f} s; Kling takes {low:g} to {high:g} s." in error.what
        assert error.advice == ("Cut it." if seconds > high else "Take a longer one.")


#: Fewest and most pixels of a side, with clips that keep the other rules.
SIDES: list[tuple[str, Any, int, int]] = [
    ("omni-video with v3-omni", lambda clip: _omni(clip), 720, 2160),
    ("omni-video with O1", lambda clip: _omni(clip, "kling-video-o1"), 720, 2160),
    ("omni-video with O1, new standard", lambda clip: _omni(clip, "kling-o1"), 700, 2160),
    ("motion", lambda clip: MotionControl(PICTURE, clip), 340, 3850),
    ("lip sync", lambda clip: LipSync("https://a.example/s.mp3", "", clip), 512, 2160),
]


@pytest.mark.parametrize(("name", "make", "fewest", "most"), SIDES, ids=[row[0] for row in SIDES])
@given(data=st.data())
def test_a_clip_is_taken_when_both_sides_are_within_the_limits(
    name: str, make: Any, fewest: int, most: int, data: st.DataObject
) -> None:
    side = st.integers(fewest - 2, fewest + 2) | st.integers(most - 2, most + 2)
    width, height = data.draw(side), data.draw(side)
    operation = make(_clip(5, width, height))
    if fewest <= min(width, height) and max(width, height) <= most:
        check_operation(operation)
    else:
        expected = f"video_url is {width} x {height} pixels; each side must have {fewest} to {most}."
        assert _refused(operation).what == expected


def test_the_clips_of_the_newest_omni_model_have_limits_of_ratio_and_area() -> None:
    for width, height in ((700, 700), (1200, 700), (4000, 2072), (704, 1760), (2880, 2880)):
        check_operation(_omni(_clip(5, width, height), "kling-3.0-omni"))
    wide = _refused(_omni(_clip(5, 1680, 720), "kling-3.0-omni"))
    assert wide.what == "video_url is 1680 x 720 pixels, a ratio of 2.33 to 1; Kling takes 0.4 to 1 up to 2 to 1."
    large = _refused(_omni(_clip(5, 3840, 2161), "kling-3.0-omni"))
    assert large.what == "video_url is 3840 x 2161 pixels, 8298240 in all; Kling takes at most 8294400."
    assert large.advice == "Scale the clip down."


def test_the_clip_of_an_element_is_1080p() -> None:
    for size in ((1920, 1080), (1080, 1920), (1920, 1088)):
        check_operation(_element(_clip(5, *size)))
    error = _refused(_element(_clip(5, 1280, 720)))
    assert error.what == "refer_video is 1280 x 720 pixels; it must be 1920 x 1080 or 1080 x 1920."


@pytest.mark.parametrize("rate", [23.98, 24, 29.97, 60, 0])
def test_the_usual_frame_rates_are_taken(rate: float) -> None:
    check_operation(_omni(_clip(rate=rate)))


@pytest.mark.parametrize("rate", [15, 120])
def test_an_unusual_frame_rate_is_refused_with_the_range(rate: float) -> None:
    error = _refused(_omni(_clip(rate=rate)))
    assert error.what == f"video_url has {rate} frames per second; Kling takes 24 to 60."
    assert error.advice == "Convert it to 24 or 30."


@pytest.mark.parametrize(
    ("make", "most"),
    [
        (_omni, 200),
        (_element, 200),
        (lambda clip: MotionControl(PICTURE, clip), 100),
        (lambda clip: LipSync("https://a.example/s.mp3", "", clip), 100),
        (lambda clip: VideoToAudio(video_url=clip), 100),
    ],
)
def test_a_heavy_clip_is_refused_with_the_limit(make: Any, most: int) -> None:
    check_operation(make(_clip(5, 1920, 1080, size=most * 1_000_000)))
    error = _refused(make(_clip(5, 1920, 1080, size=most * 1_000_000 + 200_000)))
    assert error.what.endswith(f" has {most}.2 MB; the limit is {most} MB.")


def test_a_clip_is_an_mp4_or_a_mov() -> None:
    check_operation(_omni(_clip(path=Path("a.MOV"))))
    error = _refused(_omni(_clip(path=Path("a.webm"))))
    assert error.what == "video_url is a webm file; Kling takes mp4 or mov."
    assert error.advice == "Convert it, for example with Save Video."


def test_a_sound_has_one_of_the_formats_that_its_operation_takes() -> None:
    check_operation(Avatar(PICTURE, _sound(10, "m4a")))
    assert _refused(CustomVoice("v", _sound(10, "m4a"))).what == "voice_url is a m4a file; Kling takes mp3 or wav."


@pytest.mark.parametrize(
    "make", [lambda sound: Avatar(PICTURE, sound), lambda sound: LipSync(sound, "1")], ids=["avatar", "lip sync"]
)
def test_a_sound_of_more_than_5_mb_is_refused(make: Any) -> None:
    check_operation(make(_sound(10, size=5_000_000)))
    error = _refused(make(_sound(10, size=5_100_000)))
    assert error.what == "sound_file has 5.1 MB; the limit is 5 MB."
    assert error.advice == "Encode it as mp3."


def test_the_piece_of_a_lip_sync_must_be_in_the_sound() -> None:
    check_operation(LipSync(_sound(4.98), "1", sound_end_time=5000))
    error = _refused(LipSync(_sound(4.2), "1", sound_end_time=5000))
    assert error.what == "sound_end_time is 5000 ms, but the sound lasts 4200 ms."
    assert error.advice == "Set sound_end_time to at most 4200."


def test_the_piece_of_a_lip_sync_must_fit_into_the_clip() -> None:
    sound = _sound(6)
    check_operation(LipSync(sound, "", _clip(6.04), sound_start_time=1000, sound_end_time=6000, sound_insert_time=1000))
    error = _refused(LipSync(sound, "", _clip(5), sound_end_time=5000, sound_insert_time=1000))
    assert error.what == "The sound would end at 6000 ms, but the clip lasts 5000 ms."
    assert error.advice == "Insert it 1000 ms earlier, or take a piece that is 1000 ms shorter."


def test_the_person_of_motion_control_has_340_pixels_a_side_in_the_old_standard() -> None:
    small = Still(b"", 339, 640)
    assert "image_url is 339 x 640 pixels; each side must have at least 340." in _refused(_motion(small)).what
    check_operation(_motion(Still(b"", 340, 640)))
    check_operation(_motion(small, "kling-3.0"))
    assert "at least 300" in _refused(_motion(Still(b"", 299, 400), "kling-3.0")).what


def _motion(picture: Still, model: str = "kling-v2-6") -> MotionControl:
    return MotionControl(picture, "https://a.example/c.mp4", model_name=model)


def test_a_try_on_has_pixel_limits_of_its_own_and_no_ratio() -> None:
    for size in ((301, 2048), (2048, 301), (2048, 2048)):
        check_operation(VirtualTryOn(Still(b"", *size), PICTURE))
    assert (
        "cloth_image is 300 x 600 pixels; each side must have at least 301."
        in _refused(VirtualTryOn(PICTURE, Still(b"", 300, 600))).what
    )
    large = _refused(VirtualTryOn(Still(b"", 2049, 800), PICTURE))
    assert large.what == "human_image is 2049 x 800 pixels; each side may have at most 2048."
    assert large.advice == "Scale the picture down."
    check_operation(VirtualTryOn(Still(b"", 4000, 300), PICTURE, "kolors-virtual-try-on-v1-5"))


PICTURES: list[tuple[str, Any]] = [
    ("image", lambda picture: OmniVideo("a", image=picture)),
    ("The end frame (image_tail)", lambda picture: OmniVideo("a", image=PICTURE, image_tail=picture)),
    ("image_list, picture 2,", lambda picture: OmniVideo("a", image_list=(PICTURE, picture))),
    ("images, picture 2,", lambda picture: Effects("hug_pro", (PICTURE, picture))),
    ("image", lambda picture: Avatar(picture, "https://a.example/s.mp3")),
    ("image", lambda picture: ImageGeneration("a", image=picture)),
    ("image_list, picture 1,", lambda picture: OmniImage("a", image_list=(picture,))),
    ("scene_image", lambda picture: MultiImage2Image((PICTURE,), scene_image=picture)),
    ("image", lambda picture: ImageExpand(picture, up_expansion_ratio=1)),
    (
        "refer_images, picture 1,",
        lambda picture: CustomElement("e", "e", frontal_image=PICTURE, refer_images=(picture,)),
    ),
]


@pytest.mark.parametrize(("name", "make"), PICTURES)
def test_every_picture_of_an_operation_is_looked_at_and_named(name: str, make: Any) -> None:
    check_operation(make(Still(b"x" * 10_000_000, 750, 300)))
    assert _refused(make(Still(b"", 640, 299))).what == (
        f"{name} is 640 x 299 pixels; each side must have at least 300."
    )
    assert _refused(make(Still(b"", 301, 800))).what == (
        f"{name} is 301 x 800 pixels, a ratio of 2.66 to 1; Kling takes at most 2.5 to 1."
    )
    heavy = _refused(make(Still(b"x" * 10_200_000, 640, 480)))
    assert heavy.what == f"{name} has 10.2 MB; the limit is 10 MB."


def test_the_new_standard_takes_pictures_of_up_to_50_mb() -> None:
    picture = Still(b"x" * 10_200_000, 640, 480)
    check_operation(OmniVideo("a", "kling-3.0-omni", image=picture))
    check_operation(MotionControl(picture, "https://a.example/c.mp4", model_name="kling-2.6"))


def test_what_is_given_by_url_is_klings_to_judge() -> None:
    url = "https://a.example/x"
    check_operation(OmniVideo("a", image=url, video_url=url, element_list=()))
    check_operation(LipSync(url, "", url, sound_end_time=600_000))
