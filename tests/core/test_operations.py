"""What can be asked: wrong input is a sentence that a user can act on, before anything is sent."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kling_api.capabilities import video_models
from kling_api.checks import check_size, check_still, check_video
from kling_api.errors import InvalidRequest
from kling_api.operations import (
    CAMERA_AXES,
    CAMERA_TYPES,
    MAX_SEED,
    CameraControl,
    Image2Video,
    ImageGeneration,
    MotionControl,
    MultiShot,
    OmniImage,
    OmniVideo,
    Shot,
    Text2Video,
)
from kling_api.stills import Still

PICTURE = Still(b"picture", 640, 480)
OTHER_PICTURE = Still(b"other", 640, 480)


def _refusal(make: Any, *values: Any, **named: Any) -> InvalidRequest:
    with pytest.raises(InvalidRequest) as caught:
        make(*values, **named)
    assert caught.value.what.endswith(".")
    assert caught.value.advice.endswith(".")
    assert str(caught.value).endswith("Not charged.")
    return caught.value


def _checked(operation: Text2Video | Image2Video) -> InvalidRequest:
    return _refusal(check_video, operation)


@pytest.mark.parametrize("prompt", ["", "   ", "\n\t"])
def test_an_empty_prompt_is_refused(prompt: str) -> None:
    assert _refusal(Text2Video, prompt).what == "prompt is empty."


def test_a_picture_needs_no_prompt() -> None:
    assert check_video(Image2Video(PICTURE)) == ()


def test_image_to_video_needs_some_picture() -> None:
    error = _refusal(Image2Video, None)
    assert error.what == "Both the first frame (image) and the end frame (image_tail) are missing."


@pytest.mark.parametrize("value", [-0.01, 1.01, math.nan, math.inf, -math.inf, 7])
def test_cfg_scale_outside_0_to_1_is_refused_with_the_range(value: float) -> None:
    error = _refusal(Text2Video, "a cat", cfg_scale=value)
    assert error.what == f"cfg_scale is {value:g}."
    assert "from 0 to 1" in error.advice


@given(st.floats(0, 1))
def test_cfg_scale_from_0_to_1_is_taken(value: float) -> None:
    assert Text2Video("a cat", cfg_scale=value).cfg_scale == value


@pytest.mark.parametrize("seed", [-1, MAX_SEED + 1])
def test_a_seed_outside_comfyuis_range_is_refused(seed: int) -> None:
    assert str(MAX_SEED) in _refusal(Text2Video, "a cat", seed=seed).advice


@given(st.integers(0, MAX_SEED))
def test_any_seed_of_comfyui_is_taken(seed: int) -> None:
    assert Image2Video(PICTURE, seed=seed).seed == seed


@pytest.mark.parametrize("duration", [0, -5])
def test_a_duration_below_a_second_is_refused(duration: int) -> None:
    assert _refusal(Text2Video, "a cat", duration=duration).what == f"duration is {duration}."


def test_an_empty_model_name_is_refused() -> None:
    assert _refusal(Text2Video, "a cat", model_name=" ").what == "model_name is empty."


@pytest.mark.parametrize("url", ["cat.png", "file:///etc/passwd", "https://", "http://[", "data:image/png;base64,AAAA"])
@pytest.mark.parametrize("field", ["image", "image_tail", "callback_url"])
def test_what_must_be_a_url_and_is_none_is_refused(field: str, url: str) -> None:
    error = _refusal(Image2Video, **{"image": PICTURE} | {field: url})
    assert error.what == f"{field} is not an http(s) URL."


def test_an_end_frame_and_a_camera_move_exclude_each_other() -> None:
    error = _refusal(Image2Video, PICTURE, OTHER_PICTURE, camera_control=CameraControl(zoom=1))
    assert error.what == "An end frame and a camera move cannot be used together."
    assert "image_tail or camera_control" in error.advice


def test_frames_says_which_pictures_are_given() -> None:
    assert Image2Video(PICTURE).frames == "first"
    assert Image2Video(PICTURE, OTHER_PICTURE).frames == "first+last"
    assert Image2Video(None, OTHER_PICTURE).frames == "last"


def test_a_simple_camera_move_along_two_axes_is_refused_with_their_names() -> None:
    error = _refusal(CameraControl, pan=3, zoom=-1.5)
    assert error.what == "camera_control type simple moves along exactly one axis, but has 2: pan 3, zoom -1.5."


def test_a_simple_camera_move_along_no_axis_is_refused() -> None:
    assert _refusal(CameraControl).what.endswith("exactly one axis, but has none.")


@pytest.mark.parametrize("kind", CAMERA_TYPES[1:])
def test_a_preset_camera_move_takes_no_axis(kind: str) -> None:
    assert CameraControl(kind).config() is None
    error = _refusal(CameraControl, kind, tilt=2)
    assert error.what == f"camera_control type {kind} takes no axis values, but has tilt 2."


@pytest.mark.parametrize("axis", CAMERA_AXES)
@pytest.mark.parametrize("value", [10.1, -10.1, math.nan, math.inf])
def test_a_camera_axis_beyond_10_is_refused(axis: str, value: float) -> None:
    error = _refusal(CameraControl, **{axis: value})
    assert error.what == f"camera_control {axis} is {value:g}."
    assert "from -10 to 10" in error.advice


@pytest.mark.parametrize("axis", CAMERA_AXES)
@given(value=st.floats(-10, 10).filter(bool))
def test_one_axis_up_to_10_is_taken_and_the_others_are_0(axis: str, value: float) -> None:
    config = replace(CameraControl("simple", zoom=1), **{"zoom": 0.0, axis: value}).config()
    assert config == dict.fromkeys(CAMERA_AXES, 0.0) | {axis: value}


def test_an_unknown_camera_move_is_answered_with_the_known_ones() -> None:
    error = _refusal(CameraControl, "orbit")
    assert error.what == "camera_control type is 'orbit'."
    assert all(kind in error.advice for kind in CAMERA_TYPES)


@pytest.mark.parametrize(
    ("model", "limit"), [("kling-v3", 2500), ("kling-v9", 2500), ("kling-3.0", 3072), ("kling-3.0-turbo", 3072)]
)
def test_a_prompt_may_be_as_long_as_the_limit_and_no_longer(model: str, limit: int) -> None:
    check_video(Text2Video("猫" * limit, model_name=model))
    error = _checked(Text2Video("猫" * (limit + 3), model_name=model))
    assert error.what == f"prompt has {limit + 3} characters; {model} takes at most {limit}."
    assert error.advice == "Shorten it by 3."


def test_a_negative_prompt_has_the_same_limit() -> None:
    check_video(Text2Video("a cat", negative_prompt="x" * 2500))
    assert _checked(Text2Video("a cat", negative_prompt="x" * 2501)).what.startswith("negative_prompt has 2501")


@pytest.mark.parametrize(("width", "height"), [(300, 300), (750, 300), (300, 750), (7680, 4320)])
def test_a_picture_within_the_limits_is_taken(width: int, height: int) -> None:
    check_size("image", width, height)


@pytest.mark.parametrize(("width", "height"), [(299, 300), (300, 299), (1, 1), (299, 800)])
def test_a_small_picture_is_refused_with_the_numbers(width: int, height: int) -> None:
    error = _refusal(check_size, "end_image", width, height)
    assert error.what == f"end_image is {width} x {height} pixels; each side must have at least 300."


@pytest.mark.parametrize(("width", "height"), [(753, 301), (301, 753), (4000, 400)])
def test_a_narrow_picture_is_refused_with_the_numbers(width: int, height: int) -> None:
    error = _refusal(check_size, "image", width, height)
    assert f"image is {width} x {height} pixels, a ratio of " in error.what
    assert error.what.endswith("Kling takes at most 2.5 to 1.")


def test_a_heavy_picture_is_refused_by_the_limit_of_its_generation() -> None:
    heavy = Still(b"x" * 10_000_001, 640, 480)
    error = _refusal(check_still, "image", heavy)
    assert error.what == "image has 10.0 MB; the limit is 10 MB."
    check_still("image", heavy, "new")
    check_video(Image2Video(heavy, model_name="kling-3.0"))
    assert "image has" in _checked(Image2Video(heavy)).what
    assert "The end frame (image_tail) has" in _checked(Image2Video(PICTURE, heavy)).what


def test_a_small_end_frame_is_found_too() -> None:
    assert "The end frame (image_tail) is 200 x 480" in _checked(Image2Video(PICTURE, Still(b"", 200, 480))).what


def test_the_combination_is_checked_against_the_capabilities() -> None:
    assert "mode 4k is not possible with kling-v2-6" in _checked(Text2Video("a", "kling-v2-6", mode="4k")).what
    camera = CameraControl(zoom=3)
    assert "kling-v3" in _checked(Text2Video("a", camera_control=camera)).what
    assert check_video(Text2Video("a", "kling-v1", camera_control=camera))
    tail_only = Image2Video(None, PICTURE, model_name="kling-v3")
    assert _checked(tail_only).what.startswith("An end frame without a first frame is not possible with kling-v3.")


@pytest.mark.parametrize("ratio", ["", "4:3", "16x9", "auto"])
def test_an_aspect_ratio_that_kling_lacks_is_refused(ratio: str) -> None:
    assert "16:9, 9:16, 1:1" in _checked(Text2Video("a cat", aspect_ratio=ratio)).advice


def test_the_user_is_told_that_the_clip_follows_the_picture_whatever_aspect_ratio_is_asked_for() -> None:
    (warning,) = check_video(Image2Video(PICTURE, aspect_ratio="4:3"))
    assert warning == "Kling's own platform has no aspect_ratio here; the clip follows its picture."
    assert check_video(Image2Video(PICTURE, aspect_ratio="auto")) == ()


def test_the_new_standard_has_no_negative_prompt_and_no_camera() -> None:
    error = _checked(Text2Video("a cat", "kling-3.0", negative_prompt="dogs"))
    assert error.what == "kling-3.0 has no negative_prompt."
    assert "kling-v3" in error.advice
    camera = CameraControl(zoom=3)
    assert "camera_control" in _checked(Text2Video("a cat", "kling-3.0", camera_control=camera)).what
    unknown = Text2Video("a cat", "kling-4.0", camera_control=camera)
    assert _checked(unknown).what == "kling-4.0 has no camera_control."


def test_the_new_standard_takes_no_end_frame_without_a_first_one() -> None:
    assert "without a first frame" in _checked(Image2Video(None, PICTURE, model_name="kling-4.0")).what


def test_a_model_that_we_do_not_know_passes_with_a_warning() -> None:
    (warning,) = check_video(Text2Video("a cat", "kling-v9", mode="8k", duration=60))
    assert "kling-v9 is not in our tables" in warning


@pytest.mark.parametrize(
    "model", [model for model in video_models().values() if model.retired], ids=lambda model: model.id
)
def test_a_retired_model_passes_with_a_warning_that_names_a_live_one(model: Any) -> None:
    operation = Text2Video("a", model.id) if model.ways["text2video"] else Image2Video(PICTURE, model_name=model.id)
    (warning,) = check_video(operation)
    assert model.retired in warning
    assert f"Nearest live model: {model.successor}." in warning


def test_a_live_model_gives_no_warning() -> None:
    for model in ("kling-v3", "kling-v2-6", "kling-3.0"):
        assert check_video(Text2Video("a cat", model)) == ()


def test_a_model_that_is_never_silent_says_so() -> None:
    assert check_video(Text2Video("a cat", "kling-3.0-turbo")) == ("kling-3.0-turbo always makes sound.",)
    assert check_video(Text2Video("a cat", "kling-3.0-turbo", sound=True)) == ()


def test_a_cfg_scale_that_is_not_sent_is_told() -> None:
    assert check_video(Text2Video("a", "kling-3.0", cfg_scale=0.7)) == ("kling-3.0 has no cfg_scale; it is not sent.",)


def test_neither_picture_nor_link_shows_when_an_operation_is_printed() -> None:
    assert "picture" not in repr(PICTURE)
    assert "640" in repr(PICTURE)


CLIP = "https://example.com/clip.mp4"


@pytest.mark.parametrize(
    ("make", "fields", "said"),
    [
        (Text2Video, {}, "The prompt cites <<<voice_1>>>, but no voices are given."),
        (Text2Video, {}, "The prompt cites <<<element_1>>>, but no elements are given."),
        (Text2Video, {"voice_list": ("7",), "sound": True}, "The prompt cites <<<voice_2>>>, but 1 voice is given."),
        (Image2Video, {"image": PICTURE}, "The prompt cites <<<voice_1>>>, but no voices are given."),
        (Image2Video, {"image": PICTURE, "element_list": ("7",)}, "cites <<<element_0>>>, but 1 element is given."),
        (MotionControl, {"image_url": PICTURE, "video_url": CLIP}, "cites <<<element_1>>>, but no elements are given."),
        (ImageGeneration, {"element_list": ("7", "8")}, "cites <<<element_3>>>, but 2 elements are given."),
        (OmniImage, {"image": PICTURE}, "The prompt cites <<<image_2>>>, but 1 image is given."),
        (OmniImage, {"image": PICTURE}, "The prompt cites <<<element_1>>>, but no elements are given."),
        (OmniVideo, {"image": PICTURE}, "The prompt cites <<<image_99999>>>, but 1 image is given."),
        (OmniVideo, {"image": PICTURE}, "The prompt cites <<<video_1>>>, but no videos are given."),
        (OmniVideo, {"video_url": CLIP}, "The prompt cites <<<element_1>>>, but no elements are given."),
    ],
)
def test_what_is_cited_must_be_given(make: Any, fields: dict[str, Any], said: str) -> None:
    cited = said.partition("cites ")[2].partition(",")[0]
    with pytest.raises(InvalidRequest) as caught:
        make(prompt=f"a cat and {cited} run", **fields)
    assert caught.value.what.endswith(said)
    what, _, number = cited.strip("<>").partition("_")
    socket = f"{what}_{number}" if what != "video" and 1 <= int(number) <= 7 else f"the {what}"
    assert caught.value.advice == f"Connect {socket}, or correct the text."


@pytest.mark.parametrize("cited", ["<<<image_1>>>", "<<<video_1>>>"])
def test_a_clip_from_text_cites_no_pictures(cited: str) -> None:
    with pytest.raises(InvalidRequest, match=f"The prompt cites {cited}, but a clip from text has no") as caught:
        Text2Video(f"the cat of {cited} runs")
    assert "omni video" in caught.value.advice


@pytest.mark.parametrize("make", [Text2Video, OmniVideo])
def test_what_a_shot_cites_must_be_given_too(make: Any) -> None:
    shots = MultiShot((Shot("a cat", 2), Shot("<<<element_2>>> runs", 3)))
    with pytest.raises(InvalidRequest, match="Shot 2 cites <<<element_2>>>, but 1 element is given"):
        make("", multi_shot=shots, element_list=("7",))
    assert make("", multi_shot=shots, element_list=("7", "8"))


def test_one_picture_among_too_much_is_spoken_of_as_one() -> None:
    with pytest.raises(InvalidRequest, match="1 picture and 4 elements are given"):
        OmniVideo("a cat", image_list=(PICTURE,), video_url=CLIP, element_list=("1", "2", "3", "4"))
    with pytest.raises(InvalidRequest, match="1 picture and 10 elements are given"):
        OmniImage("a cat", image=PICTURE, element_list=tuple("123456789a"))
