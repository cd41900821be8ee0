"""Clips that are drawn small for tests: the same request, the same rules, other files."""

from __future__ import annotations

import pytest

from kling_api.sandbox import SandboxConfig

from .driver import Api, Clip, Start

#: Of a clip and of the size that it has at shrink 4.
RATIOS = {"16:9": (320, 180), "9:16": (180, 320), "1:1": (180, 180)}
ELEMENTS = "/v1/general/advanced-custom-elements"


@pytest.mark.parametrize(("ratio", "size"), RATIOS.items())
def test_a_small_clip_keeps_its_ratio_its_length_and_its_sound(api: Api, ratio: str, size: tuple[int, int]) -> None:
    clip = api.clip(aspect_ratio=ratio, sound="on")
    assert (clip.size, clip.count, clip.sound is not None) == (size, 72, True)


def test_sandboxes_that_share_their_clips_do_not_take_a_small_one_for_a_large_one(start: Start) -> None:
    clips: dict[int, Clip] = {shrink: Api(start(shrink=shrink)).clip(prompt="shared") for shrink in (8, 2, 8, 1)}
    assert {shrink: clip.size for shrink, clip in clips.items()} == {8: (90, 90), 2: (360, 360), 1: (720, 720)}


@pytest.mark.parametrize(("mode", "state"), [("std", "failed"), ("pro", "succeed")])
def test_a_small_clip_is_taken_where_klings_own_would_be(api: Api, mode: str, state: str) -> None:
    url = api.finished(api.create(mode=mode))["task_result"]["videos"][0]["url"]
    videos = {"refer_videos": [{"video_url": url}]}
    body = {"element_name": "a kite", "element_description": "red", "reference_type": "video_refer"}
    task = api.finished(api.create(ELEMENTS, **body, element_video_list=videos), ELEMENTS)
    assert (task["task_status"], "1080p" in task["task_status_msg"]) == (state, mode == "std")


@pytest.mark.parametrize("shrink", [0, -1, 3, 16])
def test_other_sizes_than_half_a_quarter_and_an_eighth_are_refused(shrink: int) -> None:
    with pytest.raises(ValueError, match=f"shrink is {shrink}; give one of 1, 2, 4, 8"):
        SandboxConfig(shrink=shrink)
