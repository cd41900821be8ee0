"""Sounds are real as well: as long as asked for, in files that decode, and of use for other tasks."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import av
import numpy as np
import pytest
import requests

from kling_api.sandbox import Fault, Sandbox, SandboxConfig
from kling_api.sandbox.dialects import DIALECTS

from .conftest import Listener
from .driver import Start, as_base64, as_wav, photo, read_clip
from .toy import Toy, ToyApi

ZH = "今天天气很好，我们去海边散步吧。"


@pytest.fixture(scope="module", autouse=True)
def known() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(DIALECTS, "toy", Toy)
        yield


@pytest.fixture(scope="module")
def toy(known: None) -> Iterator[ToyApi]:
    with Sandbox(SandboxConfig(pace=0.0, slots=10_000, shrink=4)) as running:
        yield ToyApi(running)


@pytest.fixture(scope="module")
def clip(toy: ToyApi) -> dict[str, Any]:
    """A small clip with sound, to start from."""
    return toy.outputs("text2video", aspect_ratio="1:1", prompt="base", sound=True, seconds=3)[0]


def sound_at(url: str) -> tuple[np.ndarray, int, str]:
    """[C, T] float32, the rate, and the content type."""
    answer = requests.get(url, timeout=20)
    assert answer.status_code == 200
    with av.open(io.BytesIO(answer.content)) as file:
        pieces = [frame.to_ndarray() for frame in file.decode(audio=0)]
        stream = file.streams.audio[0]
        sound = np.concatenate(pieces, axis=1)
        if sound.dtype == np.int16:
            sound = (sound.reshape(-1, stream.layout.nb_channels).T / 32768).astype(np.float32)
        return sound, stream.rate, answer.headers["Content-Type"]


def speak(toy: ToyApi, **fields: Any) -> dict[str, Any]:
    answer = toy.post("/now", {"operation": "tts", "voice": "a"} | fields)
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.parametrize(
    ("fields", "seconds"),
    [
        ({"text": ZH * 3}, 4.0),
        ({"text": "a" * 45, "language": "en"}, 3.0),
        ({"text": "a" * 45, "language": "en", "speed": 2.0}, 1.5),
        ({"text": "好"}, 0.6),
    ],
)
def test_speech_is_there_at_once_and_as_long_as_its_text(toy: ToyApi, fields: dict[str, Any], seconds: float) -> None:
    task = speak(toy, **fields)
    (made,) = task["made"]
    assert (task["state"], task["charged"], made["kind"], made["name"]) == ("succeeded", 50, "audio", "mp3")
    sound, rate, kind = sound_at(made["url"])
    assert kind == "audio/mpeg"
    assert sound.shape[1] / rate == pytest.approx(seconds, abs=0.1)
    assert made["seconds"] == pytest.approx(seconds, abs=0.01)
    assert np.abs(sound).max() > 0.2


def test_another_text_or_voice_sounds_different_and_the_same_ones_the_same(toy: ToyApi) -> None:
    one, same, text, voice = (
        sound_at(speak(toy, **fields)["made"][0]["url"])[0]
        for fields in ({"text": "一二三"}, {"text": "一二三"}, {"text": "三二一"}, {"text": "一二三", "voice": "b"})
    )
    assert np.array_equal(one, same)
    assert not np.array_equal(one, text)
    assert not np.array_equal(one, voice)


def test_what_is_made_at_once_can_be_asked_for_later_and_is_charged_once(toy: ToyApi) -> None:
    before = toy.get("/units").json()["remaining"]
    task = speak(toy, text="again", note="kept")
    assert toy.get(f"/made/{task['id']}").json() == task
    assert task["note"] == "kept"
    assert toy.get("/units").json()["remaining"] == pytest.approx(before - 0.05)


def test_faults_reach_what_is_made_at_once(start: Start) -> None:
    faults = (Fault("fail_task", operation="tts", message="no voice today"), Fault("never_finish", operation="tts"))
    toy = ToyApi(start(faults=faults, units=0.07))
    failed, stuck = (speak(toy, text="x") for _ in range(2))
    assert (failed["state"], failed["why"], failed["made"], failed["charged"]) == ("failed", "no voice today", [], 0)
    assert (stuck["state"], stuck["made"]) == ("processing", [])
    refused = toy.post("/now", {"operation": "tts", "text": "x", "voice": "a"})  # the stuck one holds its price
    assert refused.json()["kling"] == 1102


def test_media_of_no_use_are_refused_where_the_answer_comes_at_once(toy: ToyApi) -> None:
    small = toy.post("/now", {"operation": "image-recognize", "pictures": [as_base64(photo(299, 400))]})
    assert (small.status_code, small.json()) == (400, {"toy": "Image pixel is invalid", "kling": 1201})
    gone = toy.post("/now", {"operation": "image-recognize", "pictures": ["https://example.invalid/a.png"]})
    assert gone.json()["kling"] == 1201


def test_a_sound_from_words_has_exactly_its_seconds_as_mp3_and_as_wav(toy: ToyApi) -> None:
    mp3, wav = toy.outputs("text-to-audio", text="rain", seconds=3.5)
    assert (mp3["name"], wav["name"], mp3["id"]) == ("mp3", "wav", wav["id"])
    compressed, rate, kind = sound_at(mp3["url"])
    exact, wav_rate, wav_kind = sound_at(wav["url"])
    assert (kind, wav_kind) == ("audio/mpeg", "audio/wav")
    assert exact.shape == (2, 3.5 * wav_rate)
    assert compressed.shape[1] / rate == pytest.approx(3.5, abs=0.06)
    assert (mp3["seconds"], wav["seconds"]) == (pytest.approx(3.5, abs=0.03), 3.5)


def test_a_clip_gets_a_new_sound_and_the_sound_alone(toy: ToyApi, clip: dict[str, Any]) -> None:
    before = read_clip(requests.get(clip["url"], timeout=20).content)
    made = toy.outputs("video-to-audio", video=clip["id"], effect_prompt="waves", music_prompt="piano")
    assert [(one["kind"], one["name"]) for one in made] == [("video", ""), ("audio", "mp3"), ("audio", "wav")]
    assert made[0]["id"] != made[1]["id"] == made[2]["id"]
    after = read_clip(requests.get(made[0]["url"], timeout=20).content)
    sound, rate, _ = sound_at(made[2]["url"])
    assert (after.size, len(after.small)) == (before.size, len(before.small))
    assert float(np.abs(after.small.astype(int) - before.small).mean()) < 3
    assert after.sound is not None
    assert before.sound is not None
    assert sound.shape[1] / rate == pytest.approx(3, abs=0.02)
    heard, new, old = (part[0, 4096:100_000] for part in (after.sound, sound, before.sound))
    assert np.abs(heard - new).mean() < 0.005
    assert np.abs(heard - old).mean() > 0.02


def test_a_new_sound_needs_a_clip_of_3_to_20_seconds(toy: ToyApi) -> None:
    short = toy.outputs("text2video", aspect_ratio="1:1", seconds=1)[0]
    assert toy.failure("video-to-audio", video=short["id"]) == "Video duration must be between 3 and 20 seconds"
    unknown = toy.post("/make", {"operation": "video-to-audio", "video": "1"})
    assert unknown.json() == {"toy": "Video not found by id: 1", "kling": 1201}


def test_speech_is_put_into_a_clip_or_spoken_by_a_picture_by_its_id(toy: ToyApi, clip: dict[str, Any]) -> None:
    made = speak(toy, text="a" * 30, language="en")["made"][0]
    spoken = {"file": f"audio:{made['id']}"}
    sound, _, _ = sound_at(made["url"])
    dubbed = toy.outputs("lip-sync", video=clip["url"], speech=spoken | {"insert": 500, "original_volume": 0.0})[0]
    heard = read_clip(requests.get(dubbed["url"], timeout=20).content).sound
    assert heard is not None
    assert np.abs(heard[:, :20_000]).max() < 0.01
    assert np.corrcoef(heard[0, 22_050 + 4000 : 22_050 + 60_000], sound[0, 4000:60_000])[0, 1] > 0.9
    avatar = toy.outputs("avatar", first=as_base64(photo(320, 320)), speech=spoken)[0]
    assert avatar["seconds"] == pytest.approx(2.0, abs=0.1)


@pytest.mark.parametrize("wrong", ["audio:1", "audio:", "audio:../x", "audio:video"])
def test_a_sound_that_nobody_made_is_refused(toy: ToyApi, clip: dict[str, Any], wrong: str) -> None:
    key = wrong.replace("video", clip["id"])
    refused = toy.post("/make", {"operation": "lip-sync", "video": clip["id"], "speech": {"file": key}})
    assert refused.json() == {"toy": f"Audio not found by id: {key.removeprefix('audio:')}", "kling": 1201}


def test_the_sound_of_another_account_cannot_be_used(toy: ToyApi, clip: dict[str, Any], start: Start) -> None:
    made = speak(toy, text="mine")["made"][0]
    other = ToyApi(start())
    answer = other.post(
        "/make", {"operation": "lip-sync", "video": clip["url"], "speech": {"file": f"audio:{made['id']}"}}
    )
    assert answer.json()["kling"] == 1201


@pytest.mark.parametrize(("suffix", "kind"), [(".mp4", "video/mp4"), (".mp3", "audio/mpeg"), (".wav", "audio/wav")])
def test_clips_and_sounds_can_be_uploaded_as_a_form_or_as_they_are(
    toy: ToyApi, clip: dict[str, Any], suffix: str, kind: str
) -> None:
    source = {".mp4": clip["url"], ".mp3": speak(toy, text="up")["made"][0]["url"]}
    data = requests.get(source[suffix], timeout=20).content if suffix in source else as_wav(np.zeros((1, 9000)))
    sent = requests.post(
        toy.url + "/upload", data={"uploadPath": "a"}, files={"file": ("x", data)}, headers=toy.headers, timeout=20
    ).json()
    assert sent["form"] == {"uploadPath": "a"}
    assert sent["url"].endswith(suffix)
    assert toy.post("/upload", data).json()["url"] == sent["url"]
    back = requests.get(sent["url"], timeout=20)
    assert (back.content, back.headers["Content-Type"]) == (data, kind)


def test_an_uploaded_clip_is_of_use_like_one_of_the_sandbox_s_own(
    toy: ToyApi, clip: dict[str, Any], listener: Listener
) -> None:
    url = toy.post("/upload", requests.get(clip["url"], timeout=20).content).json()["url"]
    faces = toy.post("/faces", {"video": url}).json()
    assert (faces["ends"], faces["seconds"]) == ([3000], 3.0)
    listener.files["/a.wav"] = as_wav(np.zeros((1, 44100)))
    assert toy.outputs("lip-sync", video=url, speech={"file": f"{listener.url}/a.wav"})[0]["seconds"] == 3


@pytest.mark.parametrize("data", [b"", b"RIFF1234AVI ", b"\xff\xf1\x50\x80", b"GIF89a", b"<html>"])
def test_what_is_no_medium_cannot_be_uploaded(toy: ToyApi, data: bytes) -> None:
    bodies: tuple[dict[str, Any], ...] = ({"data": data}, {"files": {"file": ("x.mp4", data)}})
    for body in bodies:
        answer = requests.post(toy.url + "/upload", headers=toy.headers, timeout=20, **body)
        assert (answer.status_code, answer.json()["kling"]) == (400, 1201)


def test_a_form_that_is_broken_is_an_empty_one(toy: ToyApi) -> None:
    headers = toy.headers | {"Content-Type": "multipart/form-data; boundary=b"}
    answer = requests.post(toy.url + "/upload", data=b"no boundary in here", headers=headers, timeout=20)
    assert (answer.status_code, answer.json()["kling"]) == (400, 1201)
