"""The clips are real: size, rate, length, sound; they start and end as was asked, and carry the prompt."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import cv2
import numpy as np
import pytest

from kling_api.sandbox import Sandbox

from .driver import IMAGE, Api, Clip, Start, as_base64, difference, photo, url_of


@pytest.fixture
def api(large: Sandbox) -> Api:
    return Api(large)


def image_clip(api: Api, **fields: Any) -> Clip:
    return api.clip(IMAGE, **{"model_name": "kling-v3", "duration": "3"} | fields)


@pytest.mark.parametrize(
    ("ratio", "mode", "size"),
    [
        ("16:9", "std", (1280, 720)),
        ("9:16", "std", (720, 1280)),
        ("1:1", "pro", (1080, 1080)),
    ],
)
def test_a_text2video_has_the_size_rate_and_length_that_were_asked_for(
    api: Api, ratio: str, mode: str, size: tuple[int, int]
) -> None:
    clip = api.clip(model_name="kling-v3", aspect_ratio=ratio, mode=mode, duration="3", prompt="x")
    assert clip.size == size
    assert clip.rate == Fraction(24)
    assert clip.count == 72
    assert clip.sound is None
    assert difference(clip.first, clip.last) > 2


def test_a_clip_with_sound_has_a_tone_of_its_own_length(api: Api) -> None:
    clip = api.clip(sound="on")
    assert clip.sound is not None
    assert clip.sound.shape[0] == 2
    assert clip.sound.shape[1] / clip.sample_rate == pytest.approx(3, abs=0.05)
    assert 0.02 < float(np.sqrt((clip.sound**2).mean())) < 0.5
    assert float(np.abs(clip.sound).max()) < 1


def test_the_same_request_gives_the_same_bytes_and_another_prompt_another_scene(api: Api, start: Start) -> None:
    here, there = api.clip(prompt="one"), Api(start(shrink=1)).clip(prompt="one")
    assert here.data == there.data
    assert difference(here.first, api.clip(prompt="two").first) > 5


def test_the_caption_is_there_in_the_middle_and_gone_at_both_ends(api: Api) -> None:
    clip = api.clip(prompt="月光下的海 moonlit sea")
    bands = [clip.small[index, -10:].max(axis=2) for index in (0, 5, 36, 66, 71)]
    white = [float((band > 235).mean()) for band in bands]
    assert white[2] > 0.02
    assert [share for share in white if share > 0.005] == [white[2]]


@pytest.mark.parametrize(("shape", "size"), [((800, 600), (1108, 832)), ((512, 1024), (678, 1358))])
def test_an_image2video_follows_the_picture_in_ratio_and_starts_on_it(
    api: Api, shape: tuple[int, int], size: tuple[int, int]
) -> None:
    picture = photo(*shape)
    clip = image_clip(api, image=as_base64(picture))
    assert clip.size == size
    assert difference(clip.first, cv2.resize(picture, size, interpolation=cv2.INTER_CUBIC)) < 4
    assert difference(clip.first, clip.last) > 5


def test_an_image2video_ends_on_the_end_frame_even_of_another_ratio(api: Api) -> None:
    first, last = photo(600, 600, 1), photo(800, 600, 2)
    clip = image_clip(api, image=as_base64(first), image_tail=as_base64(last))
    expected = cv2.resize(last[:, 100:700], clip.size, interpolation=cv2.INTER_CUBIC)
    assert difference(clip.first, cv2.resize(first, clip.size, interpolation=cv2.INTER_CUBIC)) < 4
    assert difference(clip.last, expected) < 4
    steps = np.abs(np.diff(clip.small.astype(float), axis=0)).mean(axis=(1, 2, 3))
    assert steps.max() < 12, "the transition is smooth"


def test_the_new_standard_makes_the_same_kinds_of_clips(api: Api) -> None:
    first, last = photo(400, 400, 1), photo(400, 400, 2)
    frames = [{"type": kind, "url": as_base64(frame)} for kind, frame in (("first_frame", first), ("last_frame", last))]
    key = api.create("/image-to-video/kling-3.0", contents=frames, settings={"duration": 3, "audio": "native"})
    clip = api.clip_of_new(key)
    assert (clip.size, clip.rate, clip.count) == ((960, 960), 24, 72)
    assert clip.sound is not None
    assert difference(clip.last, cv2.resize(last, clip.size, interpolation=cv2.INTER_CUBIC)) < 4


def test_a_picture_may_come_by_url_from_this_machine(api: Api, picture_server: str) -> None:
    by_url = image_clip(api, image=f"{picture_server}/cat.png")
    assert by_url.data == image_clip(api, image=as_base64(photo(320, 320, 4))).data


def test_a_url_without_a_picture_fails_the_task(api: Api) -> None:
    clip_url = url_of(api.finished(api.create()))
    task = api.finished(api.create(IMAGE, model_name="kling-v3", image=clip_url), IMAGE)
    assert (task["task_status"], task["task_status_msg"]) == ("failed", "Image pixel is invalid")
