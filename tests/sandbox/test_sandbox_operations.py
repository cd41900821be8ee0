"""Clips from several pictures, from other clips and from sounds: each really decodes and is what was asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import requests

from kling_api.sandbox import Sandbox, SandboxConfig
from kling_api.sandbox.dialects import DIALECTS

from .conftest import Listener
from .driver import Clip, as_base64, as_wav, difference, photo, read_clip
from .toy import Toy, ToyApi

NOT_FETCHED = "Something went wrong when we tried to get the contents of the file."
ELSEWHERE = "https://example.invalid/file"
PICTURES = [photo(400, 400, seed) for seed in (1, 2, 3, 4)]


@pytest.fixture(scope="module")
def sandbox(sandbox_folder: Callable[[], Path]) -> Iterator[Sandbox]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(DIALECTS, "toy", Toy)
        with Sandbox(SandboxConfig(folder=sandbox_folder(), pace=0.0, slots=10_000)) as running:
            yield running


@pytest.fixture
def toy(sandbox: Sandbox) -> ToyApi:
    return ToyApi(sandbox)


@pytest.fixture
def base(toy: ToyApi) -> dict[str, Any]:
    """A small clip with sound, to start from."""
    return toy.outputs("text2video", aspect_ratio="1:1", prompt="base", sound=True, seconds=2)[0]


def clip_of(toy: ToyApi, operation: str, **fields: Any) -> Clip:
    made = toy.outputs(operation, **fields)
    assert [one["kind"] for one in made] == ["video"]
    return read_clip(requests.get(made[0]["url"], timeout=20).content)


def tone(seconds: float, hertz: float = 440, rate: int = 44100) -> np.ndarray:
    """[1, T] float32, half as loud as possible."""
    return 0.5 * np.sin(2 * np.pi * hertz * np.arange(round(seconds * rate)) / rate, dtype=np.float32)[None]


def loudness(sound: np.ndarray | None, start: float, end: float) -> float:
    assert sound is not None
    return float(np.sqrt((sound[:, round(start * 44100) : round(end * 44100)] ** 2).mean()))


def pitch(sound: np.ndarray | None, start: float, end: float) -> float:
    assert sound is not None
    part = sound[0, round(start * 44100) : round(end * 44100)]
    return float(np.abs(np.fft.rfft(part * np.hanning(len(part)))).argmax() * 44100 / len(part))


def fitted(picture: np.ndarray, clip: Clip) -> np.ndarray:
    return cv2.resize(picture, clip.size, interpolation=cv2.INTER_CUBIC)


@pytest.mark.parametrize(
    ("mode", "ratio", "size"),
    [
        ("std", "3:2", (1080, 720)),
        ("pro", "3:4", (1080, 1440)),
        ("std", "21:9", (1680, 720)),
        ("4k", "1:1", (2160, 2160)),
    ],
)
def test_a_model_that_nobody_knows_draws_in_every_mode_ratio_and_length(
    toy: ToyApi, mode: str, ratio: str, size: tuple[int, int]
) -> None:
    (made,) = toy.outputs("text2video", model="kling/next-9", mode=mode, aspect_ratio=ratio, seconds=0.25)
    assert (made["width"], made["height"], made["seconds"], made["rate"]) == (*size, 0.25, 24)


def test_a_known_model_in_a_length_that_it_does_not_have_keeps_its_own_rate(toy: ToyApi) -> None:
    clip = clip_of(toy, "text2video", model="kling-v1", aspect_ratio="1:1", seconds=1.5)
    assert (clip.rate, clip.count) == (30, 45)


def test_an_aspect_ratio_beside_a_picture_wins(toy: ToyApi) -> None:
    clip = clip_of(toy, "image2video", first=as_base64(photo(800, 600)), aspect_ratio="9:16")
    assert clip.size == (720, 1280)


def test_several_pictures_are_gone_through_in_their_order(toy: ToyApi) -> None:
    given = [as_base64(picture) for picture in PICTURES[:3]]
    clip = clip_of(toy, "multi-image2video", pictures=given, last=as_base64(PICTURES[3]), aspect_ratio="1:1", seconds=3)
    assert (clip.size, clip.count) == ((720, 720), 72)
    expected = [fitted(picture, clip)[::4, ::4] for picture in PICTURES]
    seen = [clip.small[index] for index in (0, 24, 47, 71)]
    assert [int(np.argmin([difference(one, other) for other in expected])) for one in seen] == [0, 1, 2, 3]
    assert max(difference(one, other) for one, other in zip(seen, expected, strict=True)) < 8


def test_one_picture_of_several_is_enough(toy: ToyApi) -> None:
    clip = clip_of(toy, "multi-image2video", pictures=[as_base64(PICTURES[0])])
    assert clip.size == (960, 960)
    assert difference(clip.first, fitted(PICTURES[0], clip)) < 4
    assert difference(clip.first, clip.last) > 2


def test_a_picture_moves_as_long_as_the_clip_that_it_follows(toy: ToyApi, base: dict[str, Any]) -> None:
    wanted = {"first": as_base64(PICTURES[0]), "video": base["url"], "seconds": 9}
    clip, silent = clip_of(toy, "motion-control", **wanted, sound=True), clip_of(toy, "motion-control", **wanted)
    assert clip.count == 48
    assert silent.sound is None
    assert loudness(clip.sound, 0.5, 1.5) > 0.02
    assert difference(clip.small[12], clip.small[36]) > 2


def test_a_reference_clip_may_be_on_this_machine_but_not_elsewhere(
    toy: ToyApi, base: dict[str, Any], listener: Listener
) -> None:
    listener.files["/move.mp4"] = requests.get(base["url"], timeout=20).content
    listener.files["/text.mp4"] = b"no clip"
    picture = as_base64(PICTURES[0])
    assert toy.outputs("motion-control", first=picture, video=f"{listener.url}/move.mp4")[0]["seconds"] == 2
    assert toy.failure("motion-control", first=picture, video=ELSEWHERE) == NOT_FETCHED
    assert toy.failure("motion-control", first=picture, video=f"{listener.url}/text.mp4") == "The video file is invalid"


@pytest.mark.parametrize("rate", [44100, 16000])
def test_an_avatar_speaks_for_the_length_of_its_sound(toy: ToyApi, listener: Listener, rate: int) -> None:
    listener.files["/a.wav"] = as_wav(tone(1.5, rate=rate), rate)
    speech = {"file": f"{listener.url}/a.wav"}
    clip = clip_of(toy, "avatar", first=as_base64(PICTURES[0]), speech=speech)
    assert clip.sound is not None
    assert clip.count == 36
    assert clip.sound.shape == (2, pytest.approx(66150, abs=2048))
    assert pitch(clip.sound, 0.3, 1.3) == pytest.approx(440, abs=3)
    assert difference(clip.small[0], clip.small[3]) > 1


def test_an_avatar_needs_a_sound_that_can_be_had_and_read(toy: ToyApi, listener: Listener) -> None:
    picture = as_base64(PICTURES[0])
    assert toy.failure("avatar", first=picture, speech={"file": ELSEWHERE}) == NOT_FETCHED
    assert (
        toy.failure("avatar", first=picture, speech={"file": f"{listener.url}/picture"}) == "The sound file is invalid"
    )
    assert toy.failure("avatar", first=picture) == "The sound file is invalid"


def test_an_extended_clip_goes_on_from_its_last_frame(toy: ToyApi, base: dict[str, Any]) -> None:
    before = read_clip(requests.get(base["url"], timeout=20).content)
    made = toy.outputs("video-extend", video=base["id"], prompt="on")[0]
    clip = read_clip(requests.get(made["url"], timeout=20).content)
    count = before.count
    assert (clip.size, clip.rate) == (before.size, before.rate)
    assert made["seconds"] == pytest.approx(7, abs=0.1)
    assert difference(clip.small[count // 2], before.small[count // 2]) < 3
    assert difference(clip.small[count], before.last[::4, ::4]) < 4
    assert difference(clip.last, before.last) > 2
    assert loudness(clip.sound, 0.5, 1.5) > 0.02
    assert loudness(clip.sound, 3, 6) > 0.02


def test_a_clip_that_nobody_made_cannot_be_extended(toy: ToyApi, base: dict[str, Any]) -> None:
    picture = toy.finished(toy.make("generations", aspect_ratio="1:1"))
    for video in ("1", "result:x.mp4", str(int(base["id"]) - 1), str(int(base["id"]) + 1), picture["made"][0]["id"]):
        refused = toy.post("/make", {"operation": "video-extend", "video": video})
        assert (refused.status_code, refused.json()["toy"]) == (400, f"Video not found by id: {video}")


def test_a_face_is_there_for_the_real_length_of_a_clip_of_the_sandbox(toy: ToyApi, base: dict[str, Any]) -> None:
    for video in (base["id"], base["url"]):
        assert toy.post("/faces", {"video": video}).json()["ends"] == [2000]
    assert toy.post("/faces", {"video": ELSEWHERE}).json()["ends"] == [5000]
    assert toy.post("/faces", {"video": "1"}).json()["kling"] == 1201


def test_a_lip_sync_is_the_same_clip_with_the_part_of_the_sound_at_its_place(
    toy: ToyApi, base: dict[str, Any], listener: Listener
) -> None:
    before = read_clip(requests.get(base["url"], timeout=20).content)
    listener.files["/a.wav"] = as_wav(np.concatenate([tone(1, 300), tone(2, 1000)], axis=1))
    session = toy.post("/faces", {"video": base["id"]}).json()["session"]
    speech = {"file": f"{listener.url}/a.wav", "start": 1000, "end": 1500, "insert": 800, "original_volume": 0.0}
    task = toy.finished(toy.make(path="/sync", session=session, speech=speech))
    clip = read_clip(requests.get(task["made"][0]["url"], timeout=20).content)
    assert difference(clip.small, before.small) < 3
    assert (clip.size, clip.rate, clip.count) == (before.size, before.rate, before.count)
    assert loudness(clip.sound, 0.1, 0.7) < 0.01
    assert loudness(clip.sound, 0.85, 1.25) == pytest.approx(0.5 / np.sqrt(2), abs=0.03)
    assert pitch(clip.sound, 0.85, 1.25) == pytest.approx(1000, abs=5)
    assert loudness(clip.sound, 1.4, 1.9) < 0.01


def test_a_lip_sync_may_keep_the_old_sound_below(toy: ToyApi, base: dict[str, Any], listener: Listener) -> None:
    listener.files["/a.wav"] = as_wav(tone(9))
    speech = {"file": f"{listener.url}/a.wav", "insert": 1000, "volume": 0.2}
    clip = clip_of(toy, "lip-sync", video=base["url"], speech=speech)
    assert loudness(clip.sound, 0.3, 0.9) > 0.02
    assert clip.count == 48
    assert toy.failure("lip-sync", video=base["id"], speech={"file": ELSEWHERE}) == NOT_FETCHED
    assert toy.failure("lip-sync", video=ELSEWHERE, speech=speech) == NOT_FETCHED


def cuts(clip: Clip) -> list[int]:
    """The frames that differ from the one before by far more than frames of a moving picture do."""
    jumps = [difference(before, after) for before, after in zip(clip.small, clip.small[1:], strict=False)]
    return [index + 1 for index, jump in enumerate(jumps) if jump > 8]


def test_a_clip_of_several_shots_has_a_cut_before_each_but_the_first(toy: ToyApi) -> None:
    shots = [["a boat", 1], ["a house", 2], ["the sea", 1]]
    clip = clip_of(toy, "text2video", shots=shots, seconds=4, aspect_ratio="1:1")
    assert (len(clip.small), cuts(clip)) == (96, [24, 72])
    assert cuts(clip_of(toy, "text2video", prompt="a boat", seconds=2, aspect_ratio="1:1")) == []


def test_shots_that_start_from_a_picture_begin_on_it_and_end_on_the_last(toy: ToyApi) -> None:
    first, last = (as_base64(picture) for picture in PICTURES[:2])
    clip = clip_of(toy, "image2video", first=first, last=last, shots=[["one", 1], ["two", 1]], seconds=2)
    assert cuts(clip) == [24]
    assert difference(clip.first, fitted(PICTURES[0], clip)) < 4
    assert difference(clip.last, fitted(PICTURES[1], clip)) < 4


def test_an_omni_clip_shows_what_its_prompt_refers_to(toy: ToyApi) -> None:
    pictures = [as_base64(picture) for picture in PICTURES[:2]]
    preset = toy.get("/assets/elements").json()["presets"][0]["id"]
    wanted = {"prompt": "<<<image_1>>> meets <<<element_1>>>", "aspect_ratio": "1:1", "seconds": 2}
    clip = clip_of(toy, "omni-video", pictures=pictures, elements=[preset], **wanted)
    shown = cv2.resize(PICTURES[0], (158, 158), interpolation=cv2.INTER_AREA)[2::4, 2::4]
    middle = clip.small[24]  # the corner begins 14 pixels from the edge, its label is below
    assert difference(middle[4:28, 4:40], shown[:24, :36]) < 12
    assert difference(middle[:40], clip.small[0][:40]) > 20
    assert difference(clip.small[0], clip.small[1]) < 5


def test_an_omni_clip_may_start_and_end_on_pictures(toy: ToyApi) -> None:
    first, last = (as_base64(picture) for picture in PICTURES[:2])
    clip = clip_of(toy, "omni-video", first=first, last=last, prompt="x", sound=True)
    assert difference(clip.first, fitted(PICTURES[0], clip)) < 4
    assert difference(clip.last, fitted(PICTURES[1], clip)) < 4
    assert loudness(clip.sound, 0.3, 0.7) > 0.02


def test_a_clip_is_edited_in_its_own_length_and_keeps_its_sound_when_asked_to(
    toy: ToyApi, base: dict[str, Any]
) -> None:
    before = read_clip(requests.get(base["url"], timeout=20).content)
    wanted = {"prompt": "in blue", "video": base["id"], "video_role": "base", "seconds": 9, "aspect_ratio": "16:9"}
    clip, silent = clip_of(toy, "omni-video", **wanted, sound=True), clip_of(toy, "omni-video", **wanted)
    assert (clip.size, clip.rate, len(clip.small)) == (before.size, before.rate, len(before.small))
    assert difference(clip.small, before.small) > 5
    assert loudness(clip.sound, 0.5, 1.5) > 0.02
    assert silent.sound is None


def test_a_clip_that_is_followed_runs_in_the_corner_for_the_seconds_asked_for(
    toy: ToyApi, base: dict[str, Any]
) -> None:
    wanted = {"prompt": "like <<<video_1>>>", "video": base["url"], "video_role": "feature", "aspect_ratio": "1:1"}
    clip = clip_of(toy, "omni-video", **wanted, seconds=3, sound=True)
    assert len(clip.small) == 72
    assert loudness(clip.sound, 0.5, 1.5) > 0.02
    unknown = toy.post("/make", {"operation": "omni-video"} | wanted | {"video": "1"})
    assert unknown.json() == {"toy": "Video not found by id: 1", "kling": 1201}


def test_an_effect_moves_one_picture_or_two_side_by_side(toy: ToyApi) -> None:
    plain = [as_base64(np.full((400, 400, 3), colour, np.uint8)) for colour in ((250, 0, 0), (0, 0, 250))]
    clip = clip_of(toy, "effects", effect="hug_pro", pictures=plain, aspect_ratio="1:1")
    assert int(clip.first[300, 100].argmax()) == 0
    assert int(clip.first[300, 600].argmax()) == 2
    one = clip_of(toy, "effects", effect="squish", pictures=[as_base64(PICTURES[0])])
    assert one.size == (960, 960)
    assert difference(one.small[0], one.small[6]) > 2
    refused = toy.post("/make", {"operation": "effects", "effect": "squish"})
    assert refused.json() == {"toy": "image_list: must not be empty", "kling": 1201}


@pytest.mark.parametrize(
    ("fields", "charged"),
    [
        ({"model": "kling-v3-omni", "seconds": 3, "sound": True}, 2400),
        ({"model": "kling-video-o1", "seconds": 3, "mode": "pro"}, 2400),
        ({"model": "kling-v2-6", "operation": "text2video", "mode": "pro", "sound": True, "voices": True}, 1200),
        ({"model": "kling-v2-6", "operation": "motion-control", "seconds": 2.4}, 1000),
        ({"model": "avatar", "operation": "avatar", "mode": "pro", "seconds": 2.5}, 2400),
        ({"model": "lip-sync", "operation": "lip-sync", "seconds": 5.1}, 1000),
        ({"model": "nobody-knows", "seconds": 2}, 800),
    ],
)
def test_a_clip_costs_what_operation_model_and_seconds_make(
    toy: ToyApi, base: dict[str, Any], listener: Listener, fields: dict[str, Any], charged: int
) -> None:
    listener.files["/a.wav"] = as_wav(tone(1))
    operation = fields.get("operation", "omni-video")
    needs = {"avatar": ("first", "speech"), "motion-control": ("first", "video"), "lip-sync": ("video", "speech")}
    media = {"first": as_base64(PICTURES[0]), "video": base["url"], "speech": {"file": f"{listener.url}/a.wav"}}
    given = {name: media[name] for name in needs.get(operation, ())}
    if fields.get("voices"):
        fields = fields | {"voices": [toy.get("/assets/voices").json()["presets"][0]["id"]]}
    order = {"operation": operation, "prompt": "x", "aspect_ratio": "1:1"} | fields | given
    answer = toy.post("/make", order)
    assert answer.status_code == 200, answer.text
    task = toy.finished(answer.json()["id"])
    assert (task["state"], task["charged"]) == ("succeeded", charged)
