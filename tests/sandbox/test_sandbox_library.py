"""Voices and elements are kept by the account that made them, can be used and deleted; faces are looked for."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import requests

from kling_api.sandbox import Account, Sandbox, SandboxConfig
from kling_api.sandbox.dialects import DIALECTS

from .conftest import Listener
from .driver import Start, as_base64, as_wav, photo
from .toy import Toy, ToyApi

PICTURES = [as_base64(photo(400, 400, seed)) for seed in (1, 2)]


@pytest.fixture(scope="module", autouse=True)
def known() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(DIALECTS, "toy", Toy)
        yield


@pytest.fixture(scope="module")
def toy(known: None) -> Iterator[ToyApi]:
    with Sandbox(SandboxConfig(pace=0.0, slots=10_000)) as running:
        yield ToyApi(running)


@pytest.fixture(scope="module")
def clip(toy: ToyApi) -> dict[str, Any]:
    """A small clip with sound."""
    return toy.outputs("text2video", aspect_ratio="1:1", prompt="base", sound=True, seconds=3)[0]


def element(toy: ToyApi, name: str = "Bob", **fields: Any) -> dict[str, Any]:
    wanted = {"pictures": PICTURES, "document": json.dumps({"about": name})} | fields
    return toy.outputs("advanced-custom-elements", name=name, **wanted)[0]


def kept(toy: ToyApi, kind: str) -> list[str]:
    return [asset["id"] for asset in toy.get(f"/assets/{kind}").json()["own"]]


def test_a_voice_is_made_of_a_sound_and_has_an_id_and_a_trial(toy: ToyApi, listener: Listener) -> None:
    listener.files["/voice.wav"] = as_wav(np.sin(np.arange(44100 * 6) / 20, dtype=np.float32)[None] / 2)
    key = toy.make("custom-voices", name="Ann", sound=f"{listener.url}/voice.wav", document='{"a": 1}')
    task = toy.finished(key)
    (made,) = task["made"]
    assert (task["charged"], made["kind"], made["name"], len(made["id"])) == (50, "voice", "Ann", 18)
    trial = requests.get(made["url"], timeout=20)
    assert trial.headers["Content-Type"] == "audio/mpeg"
    assert made["seconds"] == pytest.approx(5, abs=0.1)
    own = next(asset for asset in toy.get("/assets/voices").json()["own"] if asset["id"] == made["id"])
    assert (own["name"], own["document"], own["owner"], own["url"]) == ("Ann", '{"a": 1}', "sandbox", made["url"])


def test_a_voice_can_be_made_of_a_clip_that_has_sound(toy: ToyApi, clip: dict[str, Any]) -> None:
    made = toy.outputs("custom-voices", name="Clip", video=clip["id"])[0]
    assert made["id"] in kept(toy, "voices")
    silent = toy.outputs("text2video", aspect_ratio="1:1", seconds=1)[0]
    assert toy.failure("custom-voices", name="Silent", video=silent["id"]) == "No voice is found in the video"


@pytest.mark.parametrize("seconds", [4, 31])
def test_the_sound_of_a_voice_lasts_5_to_30_seconds(toy: ToyApi, listener: Listener, seconds: int) -> None:
    listener.files["/voice.wav"] = as_wav(np.zeros((1, 8000 * seconds), np.float32), 8000)
    said = toy.failure("custom-voices", name="x", sound=f"{listener.url}/voice.wav")
    assert said == "Audio duration must be between 5 and 30 seconds"


def test_an_element_is_made_of_pictures_and_keeps_what_was_said_of_it(toy: ToyApi) -> None:
    made = element(toy, "Cat")
    assert (made["kind"], made["name"], len(made["id"])) == ("element", "Cat", 18)
    assert requests.get(made["url"], timeout=20).headers["Content-Type"] == "image/png"
    own = toy.get("/assets/elements").json()["own"][0]
    assert (own["id"], json.loads(own["document"])) == (made["id"], {"about": "Cat"})


def test_an_element_may_be_made_of_a_clip_in_1080p_of_3_to_8_seconds(toy: ToyApi, clip: dict[str, Any]) -> None:
    large = toy.outputs("text2video", mode="pro", aspect_ratio="1:1", seconds=3)[0]
    assert element(toy, "Seen", pictures=[], video=large["id"])["id"] in kept(toy, "elements")
    wanted = {"name": "x", "document": "{}"}
    assert toy.failure("advanced-custom-elements", video=clip["id"], **wanted) == "Video resolution must be 1080p"
    short = toy.outputs("text2video", aspect_ratio="1:1", seconds=1)[0]
    said = toy.failure("advanced-custom-elements", video=short["id"], **wanted)
    assert said == "Video duration must be between 3 and 8 seconds"


def test_an_element_of_a_picture_that_is_no_good_fails(toy: ToyApi) -> None:
    small = as_base64(photo(200, 200))
    said = toy.failure("advanced-custom-elements", name="x", pictures=[PICTURES[0], small])
    assert said == "Image pixel is invalid"


def test_two_of_the_same_media_are_two_and_each_is_deleted_on_its_own(toy: ToyApi) -> None:
    one, two = element(toy, "one"), element(toy, "two")
    assert one["id"] != two["id"]
    assert toy.post(f"/assets/elements/{one['id']}/delete", {}).status_code == 200
    assert one["id"] not in kept(toy, "elements")
    assert two["id"] in kept(toy, "elements")
    again = toy.post(f"/assets/elements/{one['id']}/delete", {})
    assert again.json() == {"toy": f"Element not found by id: {one['id']}", "kling": 1201}


def test_a_deleted_element_and_one_of_another_kind_cannot_be_used(toy: ToyApi, clip: dict[str, Any]) -> None:
    gone, voice = element(toy, "gone"), toy.outputs("custom-voices", name="v", video=clip["id"])[0]
    toy.post(f"/assets/elements/{gone['id']}/delete", {})
    for key in (gone["id"], voice["id"], "1", clip["id"]):
        refused = toy.post("/make", {"operation": "omni-video", "prompt": "x", "elements": [key]})
        assert refused.json() == {"toy": f"Element not found by id: {key}", "kling": 1201}
    refused = toy.post("/make", {"operation": "text2video", "voices": [gone["id"]]})
    assert refused.json()["kling"] == 1201


def test_presets_are_everybody_s_and_cannot_be_deleted(toy: ToyApi) -> None:
    for kind, content in (("voices", "audio/mpeg"), ("elements", "image/png")):
        presets = toy.get(f"/assets/{kind}").json()["presets"]
        assert len(presets) > 1
        assert {preset["owner"] for preset in presets} == {"kling"}
        assert {len(preset["id"]) for preset in presets} == {18}
        assert requests.get(presets[0]["url"], timeout=20).headers["Content-Type"] == content
        assert toy.post(f"/assets/{kind}/{presets[0]['id']}/delete", {}).json()["kling"] == 1201


def test_what_one_account_keeps_another_neither_sees_nor_uses(start: Start) -> None:
    accounts = (Account("one", ("key-one",)), Account("other", ("key-other",)))
    sandbox = start(accounts=accounts)
    one, other = ToyApi(sandbox, "key-one"), ToyApi(sandbox, "key-other")
    made = element(one)
    assert kept(other, "elements") == []
    assert other.post(f"/assets/elements/{made['id']}/delete", {}).json()["kling"] == 1201
    refused = other.post("/make", {"operation": "generations", "elements": [made["id"]]})
    assert refused.json()["kling"] == 1201
    assert kept(one, "elements") == [made["id"]]


def test_what_is_kept_or_deleted_stays_so_when_the_sandbox_starts_again(start: Start, tmp_path: Any) -> None:
    before = start(folder=tmp_path)
    stays, goes = element(ToyApi(before), "stays"), element(ToyApi(before), "goes")
    ToyApi(before).post(f"/assets/elements/{goes['id']}/delete", {})
    before.stop()
    assert kept(ToyApi(start(folder=tmp_path)), "elements") == [stays["id"]]


def test_a_clip_says_that_there_are_two_faces_and_each_has_a_picture(toy: ToyApi, clip: dict[str, Any]) -> None:
    two = toy.outputs("text2video", aspect_ratio="1:1", seconds=3, prompt="they talk [two faces]")[0]
    for video in (two["id"], two["url"]):
        faces = toy.post("/faces", {"video": video}).json()["faces"]
        assert [(face["id"], face["start"], face["end"]) for face in faces] == [("0", 0, 3000), ("1", 1000, 3000)]
        assert len({face["image"] for face in faces}) == 2
        assert requests.get(faces[1]["image"], timeout=20).headers["Content-Type"] == "image/png"
    assert len(toy.post("/faces", {"video": clip["id"]}).json()["faces"]) == 1


def test_looking_for_faces_may_cost_units_though_it_makes_no_task(start: Start) -> None:
    toy = ToyApi(start(units=1.05))
    made = toy.outputs("text2video", aspect_ratio="1:1", seconds=2)[0]
    state = requests.get(f"{toy.root}/sandbox/state", timeout=20).json()
    assert toy.post("/faces", {"video": made["id"], "milliunits": 150}).status_code == 200
    assert toy.get("/units").json()["remaining"] == pytest.approx(0.1)
    assert toy.post("/faces", {"video": made["id"], "milliunits": 150}).json()["kling"] == 1102
    after = requests.get(f"{toy.root}/sandbox/state", timeout=20).json()
    assert (after["tasks_made"], after["units_by_pack"]) == (state["tasks_made"], {"video": "0.95", "image": "0"})
