"""The nodes that make clips and sounds, and keep voices and elements: sockets, what they refuse, what they run."""

from __future__ import annotations

import base64
import importlib
import io
import re
from fractions import Fraction
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest
import requests
import torch
from conftest import execute, nodes_of, options_of, part_of

from kling_api.catalog import effect_scenes
from kling_api.dialects import DIALECTS
from kling_api.ledger import Ledger
from kling_api.media import encode_image, encode_sound, write_clip
from kling_api.sandbox.server import Sandbox
from kling_api.sandbox.shared import address_of

NOTHING = object()
#: Name, type, default, optional: the contract that workflows rely on.
Inputs = list[tuple[str, str, Any, bool]]
CLIP_OUTPUTS = [
    ("frames", "IMAGE"),
    ("video", "VIDEO"),
    ("audio", "AUDIO"),
    ("video_id", "STRING"),
    ("task_id", "STRING"),
]
SOUND_OUTPUTS = [("audio", "AUDIO"), ("audio_id", "STRING"), ("task_id", "STRING")]
TAKE: Inputs = [("seed", "INT", 0, False), ("decode", "COMBO", "all", False)]
PROFILE: Inputs = [("profile", "STRING", "", True)]
PAYING: Inputs = [*PROFILE, ("callback_url", "STRING", "", True)]
CLIP: Inputs = [("video", "VIDEO", NOTHING, True), ("video_url", "STRING", "", True)]
PROMPT: Inputs = [("prompt", "STRING", "", False)]
VOICE: list[tuple[str, str, Any]] = [
    ("voice_id", "COMBO", "ai_shatang"),
    ("voice_language", "COMBO", "zh"),
    ("voice_speed", "FLOAT", 1.0),
]
SPEECH: Inputs = [
    ("audio", "AUDIO", NOTHING, True),
    ("audio_url", "STRING", "", True),
    ("text", "STRING", "", True),
    *[(*entry, True) for entry in VOICE],
    ("audio_id", "STRING", "", True),
]


def _pictures(count: int) -> Inputs:
    return [
        *[(f"image_{number}", "IMAGE", NOTHING, True) for number in range(1, count + 1)],
        ("image_urls", "STRING", "", True),
    ]


def _picture(name: str) -> Inputs:
    return [(name, "IMAGE", NOTHING, True), (f"{name}_url", "STRING", "", True)]


CONTRACT: dict[str, tuple[str, Inputs, list[tuple[str, str]]]] = {
    "KlingOmniVideo": (
        "Kling/Video",
        [
            *PROMPT,
            ("model_name", "COMBO", "kling-v3-omni", False),
            ("mode", "COMBO", "std", False),
            ("duration", "INT", 5, False),
            ("aspect_ratio", "COMBO", "16:9", False),
            ("sound", "BOOLEAN", False, False),
            *TAKE,
            *_picture("image"),
            *_picture("end_image"),
            *_pictures(7),
            *CLIP,
            ("refer_type", "COMBO", "feature", True),
            ("keep_original_sound", "BOOLEAN", True, True),
            ("multi_shot", "KLING_MULTI_SHOT", NOTHING, True),
            *[(f"element_{number}", "KLING_ELEMENT", NOTHING, True) for number in range(1, 8)],
            *PAYING,
        ],
        CLIP_OUTPUTS,
    ),
    "KlingMultiImage2Video": (
        "Kling/Video",
        [
            *PROMPT,
            ("model_name", "COMBO", "kling-v1-6", False),
            ("mode", "COMBO", "std", False),
            ("duration", "INT", 5, False),
            ("aspect_ratio", "COMBO", "16:9", False),
            ("negative_prompt", "STRING", "", False),
            ("cfg_scale", "FLOAT", 0.5, False),
            *TAKE,
            *_pictures(4),
            *_picture("end_image"),
            *PAYING,
        ],
        CLIP_OUTPUTS,
    ),
    "KlingMotionControl": (
        "Kling/Video",
        [
            *PROMPT,
            ("model_name", "COMBO", "kling-v2-6", False),
            ("mode", "COMBO", "std", False),
            ("character_orientation", "COMBO", "video", False),
            ("keep_original_sound", "BOOLEAN", True, False),
            *TAKE,
            *_picture("image"),
            *CLIP,
            ("element_1", "KLING_ELEMENT", NOTHING, True),
            *PAYING,
        ],
        CLIP_OUTPUTS,
    ),
    "KlingVideoExtend": (
        "Kling/Video",
        [
            ("video_id", "STRING", "", False),
            *PROMPT,
            ("negative_prompt", "STRING", "", False),
            ("cfg_scale", "FLOAT", 0.5, False),
            *TAKE,
            *PAYING,
        ],
        CLIP_OUTPUTS,
    ),
    "KlingVideoEffects": (
        "Kling/Video",
        [("effect_scene", "COMBO", effect_scenes(1)[0], False), *TAKE, *_pictures(2), *PAYING],
        CLIP_OUTPUTS,
    ),
    "KlingAvatar": (
        "Kling/Video",
        [*PROMPT, ("mode", "COMBO", "std", False), *TAKE, *_picture("image"), *SPEECH, *PAYING],
        CLIP_OUTPUTS,
    ),
    "KlingLipSync": (
        "Kling/Video",
        [
            ("face_index", "INT", 0, False),
            ("sound_start_time", "INT", 0, False),
            ("sound_end_time", "INT", 0, False),
            ("sound_insert_time", "INT", 0, False),
            ("sound_volume", "FLOAT", 1.0, False),
            ("original_audio_volume", "FLOAT", 1.0, False),
            *TAKE,
            ("video_id", "STRING", "", True),
            *CLIP,
            *SPEECH,
            *PAYING,
        ],
        CLIP_OUTPUTS,
    ),
    "KlingShots": (
        "Kling/Video",
        [
            ("shot_type", "COMBO", "customize", False),
            ("prompt_1", "STRING", "", False),
            ("duration_1", "INT", 5, False),
            *[
                entry
                for number in range(2, 7)
                for entry in ((f"prompt_{number}", "STRING", "", True), (f"duration_{number}", "INT", 2, True))
            ],
        ],
        [("multi_shot", "KLING_MULTI_SHOT"), ("duration", "INT")],
    ),
    "KlingTextToSpeech": (
        "Kling/Audio",
        [("text", "STRING", "", False), *[(*entry, False) for entry in VOICE], TAKE[0], *PROFILE],
        SOUND_OUTPUTS,
    ),
    "KlingTextToAudio": (
        "Kling/Audio",
        [*PROMPT, ("duration", "FLOAT", 5.0, False), TAKE[0], *PAYING],
        SOUND_OUTPUTS,
    ),
    "KlingVideoToAudio": (
        "Kling/Audio",
        [
            ("sound_effect_prompt", "STRING", "", False),
            ("bgm_prompt", "STRING", "", False),
            ("asmr_mode", "BOOLEAN", False, False),
            *TAKE,
            ("video_id", "STRING", "", True),
            *CLIP,
            *PAYING,
        ],
        CLIP_OUTPUTS,
    ),
    "KlingVoice": (
        "Kling/Library",
        [
            ("voice_id", "STRING", "", False),
            ("voice_name", "STRING", "", False),
            TAKE[0],
            ("audio", "AUDIO", NOTHING, True),
            ("audio_url", "STRING", "", True),
            ("video_id", "STRING", "", True),
            *PAYING,
        ],
        [("voice", "KLING_VOICE"), ("voice_id", "STRING"), ("audio", "AUDIO"), ("task_id", "STRING")],
    ),
    "KlingElement": (
        "Kling/Library",
        [
            ("element_id", "STRING", "", False),
            ("element_name", "STRING", "", False),
            ("element_description", "STRING", "", False),
            ("tags", "STRING", "", False),
            TAKE[0],
            *_picture("frontal_image"),
            *_picture("refer_images"),
            *CLIP,
            ("voice", "KLING_VOICE", NOTHING, True),
            *PAYING,
        ],
        [("element", "KLING_ELEMENT"), ("element_id", "STRING"), ("task_id", "STRING")],
    ),
}


def test_each_node_has_the_sockets_of_the_contract_and_a_tooltip_on_each(pack: ModuleType) -> None:
    nodes = nodes_of(pack)
    for name, (category, inputs, outputs) in CONTRACT.items():
        schema = nodes[name].define_schema()
        found = [
            (one.id, one.io_type, one.options.get("default", NOTHING), one.options.get("optional", False))
            for one in schema.inputs
        ]
        assert found == inputs, name
        assert [(one.id, one.io_type) for one in schema.outputs] == outputs, name
        assert schema.category == category
        assert schema.description
        assert [one.id for one in schema.inputs if not one.options.get("tooltip")] == []
        assert [one.id for one in schema.outputs if not one.options.get("tooltip")] == []


def test_the_menus_hold_what_the_tables_and_catalogues_know(pack: ModuleType) -> None:
    assert options_of(pack, "KlingOmniVideo", "mode")["options"] == ["std", "pro", "4k"]
    models = options_of(pack, "KlingOmniVideo", "model_name")["options"]
    assert {"kling-v3-omni", "kling-video-o1", "kling-3.0-omni", "kling-o1"} == set(models)
    assert {"kling-v2-6", "kling-v3", "kling-3.0"} <= set(
        options_of(pack, "KlingMotionControl", "model_name")["options"]
    )
    scenes = options_of(pack, "KlingVideoEffects", "effect_scene")["options"]
    assert len(scenes) == len(set(scenes)) > 300
    assert {"hug_pro", "kiss_pro"} <= set(scenes)
    voices = options_of(pack, "KlingTextToSpeech", "voice_id")["options"]
    assert len(voices) == len(set(voices)) > 40
    assert voices == options_of(pack, "KlingLipSync", "voice_id")["options"]


GIVEN = None  # what validate_inputs gets for a linked input
#: node, what it is given, what it says ("" for nothing).
JUDGED: list[tuple[str, dict[str, Any], str]] = [
    ("KlingOmniVideo", {"model_name": "kling-v3-omni", "mode": "4k", "duration": 15, "sound": True}, ""),
    ("KlingOmniVideo", {"model_name": "kling-v99-omni", "mode": "8k", "duration": 60}, ""),
    ("KlingOmniVideo", {"model_name": "kling-o1", "mode": "std", "duration": 7, "image_1": GIVEN}, ""),
    ("KlingOmniVideo", {"model_name": "kling-o1", "mode": "std", "duration": 7}, "duration 7 s"),
    ("KlingOmniVideo", {"model_name": "kling-o1", "mode": "4k"}, "mode 4k"),
    ("KlingOmniVideo", {"model_name": "kling-o1", "sound": True}, "sound on"),
    ("KlingOmniVideo", {"model_name": "kling-v3-omni", "video": GIVEN, "sound": True}, "sound on"),
    ("KlingOmniVideo", {"model_name": "kling-o1", "end_image": GIVEN, "image": GIVEN, "image_1": GIVEN}, "reference"),
    ("KlingOmniVideo", {"image": GIVEN, "image_url": "https://a.example/b.png"}, "Of image, image_url, 2 are given"),
    ("KlingOmniVideo", {"image": GIVEN, "image_url": GIVEN, "video": GIVEN, "video_url": GIVEN}, ""),
    ("KlingMultiImage2Video", {"image_1": GIVEN, "model_name": "kling-v1-6", "duration": 10}, ""),
    ("KlingMultiImage2Video", {"image_1": GIVEN, "model_name": "kling-v1-6", "duration": 7}, "5 s, 10 s"),
    ("KlingMultiImage2Video", {"image_urls": " \n", "model_name": "kling-v1-6"}, "A picture is missing"),
    ("KlingMotionControl", {"image": GIVEN, "video": GIVEN, "model_name": "kling-v2-6", "mode": "pro"}, ""),
    ("KlingMotionControl", {"image": GIVEN, "video": GIVEN, "model_name": "kling-v2-6", "element_1": GIVEN}, "element"),
    ("KlingMotionControl", {"image": GIVEN, "model_name": "kling-v2-6"}, "Of video, video_url, none is given"),
    ("KlingVideoExtend", {"video_id": "829611643369439283"}, ""),
    ("KlingVideoExtend", {"video_id": GIVEN}, ""),
    ("KlingVideoExtend", {"video_id": " "}, "video_id is empty"),
    ("KlingVideoEffects", {"effect_scene": "hug_pro", "image_1": GIVEN, "image_2": GIVEN}, ""),
    ("KlingVideoEffects", {"effect_scene": "of_next_year", "image_1": GIVEN}, ""),
    ("KlingVideoEffects", {"effect_scene": "hug_pro", "image_1": GIVEN}, "made from two pictures"),
    (
        "KlingVideoEffects",
        {"effect_scene": "net_the_fish", "image_1": GIVEN, "image_2": GIVEN},
        "made from one picture",
    ),
    ("KlingAvatar", {"image": GIVEN, "audio": GIVEN}, ""),
    ("KlingAvatar", {"image": GIVEN, "text": "Hello", "voice_id": "uk_boy1", "voice_language": "en"}, ""),
    ("KlingAvatar", {"image": GIVEN, "text": "Hello", "voice_id": "mine", "voice_language": "zh"}, ""),
    ("KlingAvatar", {"image": GIVEN, "text": "Hello", "voice_id": "uk_boy1"}, "Set voice_language to en."),
    ("KlingAvatar", {"image": GIVEN, "text": "Hello", "voice_language": "fr"}, "voice_language is 'fr'"),
    ("KlingAvatar", {"image": GIVEN, "text": "Hello", "audio": GIVEN}, "2 are given: audio, text"),
    ("KlingAvatar", {"image": GIVEN, "audio": GIVEN, "prompt": "a" * 2501}, "Shorten it by 1."),
    ("KlingLipSync", {"video_id": "1", "audio": GIVEN}, ""),
    ("KlingLipSync", {"video_id": GIVEN, "audio_url": GIVEN}, ""),
    ("KlingLipSync", {"video": GIVEN, "video_id": "1", "audio": GIVEN}, "2 are given: video_id, video"),
    ("KlingLipSync", {"video": GIVEN, "audio_id": "1"}, "Give sound_end_time in milliseconds"),
    ("KlingLipSync", {"video": GIVEN, "audio_id": "1", "sound_end_time": 2500}, ""),
    ("KlingLipSync", {"video": GIVEN, "audio": GIVEN, "sound_start_time": 500, "sound_end_time": 2400}, "1900 ms"),
    (
        "KlingLipSync",
        {"video": GIVEN, "audio": GIVEN, "sound_start_time": 3000, "sound_end_time": 2500},
        "sound_end_time lies before sound_start_time: 2500 ms and 3000 ms.",
    ),
    ("KlingLipSync", {"video": GIVEN, "text": "a" * 1001}, "Shorten it by 1."),
    ("KlingShots", {"shot_type": "customize", "prompt_1": "A cat", "prompt_4": "A dog"}, ""),
    ("KlingShots", {"shot_type": "customize", "prompt_1": GIVEN}, ""),
    ("KlingShots", {"shot_type": "intelligence", "prompt_1": ""}, ""),
    ("KlingShots", {"shot_type": "intelligence", "prompt_1": "A cat"}, "takes no shots"),
    ("KlingShots", {"shot_type": "customize", "prompt_1": ""}, "0 shots are given"),
    ("KlingShots", {"shot_type": "customize", "prompt_1": "a" * 513}, "Shorten it by 1."),
    ("KlingTextToSpeech", {"text": "Hello", "voice_id": "uk_boy1", "voice_language": "en"}, ""),
    ("KlingTextToSpeech", {"text": " ", "voice_id": "uk_boy1", "voice_language": "en"}, "text is empty"),
    ("KlingTextToAudio", {"prompt": "Rain"}, ""),
    ("KlingTextToAudio", {"prompt": "a" * 201}, "Shorten it by 1."),
    ("KlingVideoToAudio", {"video_id": "1", "bgm_prompt": "A piano"}, ""),
    ("KlingVideoToAudio", {"video_id": "1", "video": GIVEN}, "2 are given"),
    ("KlingVoice", {"voice_id": "829611643369439283"}, ""),
    ("KlingVoice", {"voice_name": "Ann", "video_id": "1"}, ""),
    ("KlingVoice", {"voice_name": "", "video_id": "1"}, "voice_name is empty"),
    ("KlingVoice", {"voice_name": "Ann", "voice_id": "1", "audio": GIVEN}, "2 are given: voice_id, audio"),
    ("KlingElement", {"element_id": "829611643369439283"}, ""),
    ("KlingElement", {"element_name": "Ann", "element_description": "A woman", "frontal_image": GIVEN}, ""),
    ("KlingElement", {"element_name": "A" * 21, "element_description": "A", "video": GIVEN}, "Shorten it by 1."),
    (
        "KlingElement",
        {"element_name": "Ann", "element_description": "A", "video": GIVEN, "tags": "Cat"},
        "tags names 'cat'",
    ),
    ("KlingElement", {"frontal_image": GIVEN, "video": GIVEN}, "2 are given: frontal_image, video"),
    ("KlingText2Video", {"model_name": "kling-v2-6", "mode": "pro", "sound": False, "voice_1": GIVEN}, "Turn sound on"),
    ("KlingImage2Video", {"model_name": "kling-v2-1-master", "element_1": GIVEN}, "element_1 ... is not possible"),
    ("KlingImage2Video", {"model_name": "kling-v3", "multi_shot": GIVEN, "element_1": GIVEN}, ""),
]


def test_a_combination_is_judged_before_the_prompt_is_queued(pack: ModuleType) -> None:
    nodes = nodes_of(pack)
    for node, values, said in JUDGED:
        answer = nodes[node].validate_inputs(**values)
        assert answer is True if not said else said in str(answer), f"{node} {values}: {answer}"
        assert answer is True or str(answer).endswith("Not charged."), f"{node} {values}: {answer}"


def test_what_a_dialect_cannot_do_is_said_with_those_that_can(pack: ModuleType) -> None:
    for node, values in (
        ("KlingVideoEffects", {"effect_scene": "hug_pro", "image_1": GIVEN, "image_2": GIVEN}),
        ("KlingVoice", {"voice_name": "Ann", "video_id": "1"}),
        ("KlingTextToSpeech", {"text": "Hello", "voice_id": "ai_shatang", "voice_language": "zh"}),
    ):
        answer = nodes_of(pack)[node].validate_inputs(**values, profile="sandbox-flat")
        assert "Dialect flat cannot do" in answer
        assert "Dialects that can: official" in answer


def test_shots_become_what_a_video_node_takes_and_the_seconds_that_it_needs(pack: ModuleType) -> None:
    shots, seconds = execute(pack, "KlingShots", prompt_1="A cat", duration_1=3, prompt_3="A dog", duration_3=4).args
    assert [(shot.prompt, shot.duration) for shot in shots.multi_prompt] == [("A cat", 3), ("A dog", 4)]
    assert seconds == 7
    left_to_the_model, seconds = execute(pack, "KlingShots", shot_type="intelligence").args
    assert (left_to_the_model.multi_prompt, seconds) == ((), 5)


def test_a_gap_between_sockets_that_a_prompt_counts_is_refused(pack: ModuleType) -> None:
    in_order = part_of(pack, "nodes.sources").in_order
    assert in_order("voice", ("a", None)) == ("a",)
    assert in_order("voice", (None, None)) == ()
    with pytest.raises(part_of(pack, "kling_api.errors").InvalidRequest, match=r"voice_3 is connected, but voice_2"):
        in_order("voice", ("a", None, "c"))


class Trimmed:
    """A VIDEO of another kind: no file is behind it."""

    def save_to(self, path: str) -> None:
        Path(path).write_bytes(b"a part")


def test_the_file_of_a_video_is_its_own_or_one_that_is_gone_afterwards(
    pack: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importlib.import_module("folder_paths"), "get_temp_directory", lambda: str(tmp_path / "temp"))
    host, implementation = part_of(pack, "nodes.host"), importlib.import_module("comfy_api.v0_0_2").InputImpl
    file = tmp_path / "clip.mp4"
    file.write_bytes(b"a whole clip")
    with host.video_file(implementation.VideoFromFile(str(file))) as path:
        assert path == file
    videos = {
        b"a whole clip": implementation.VideoFromFile(io.BytesIO(b"a whole clip")),
        b"saved": implementation.VideoFromFile(str(file), duration=2.0),
        b"a part": Trimmed(),
    }
    for content, video in videos.items():
        with host.video_file(video) as path:
            assert path.read_bytes() == content
            assert path.suffix == ".mp4"
        assert not path.exists()
    assert list((tmp_path / "temp").iterdir()) == []
    assert file.exists()


def _tone(seconds: float) -> dict[str, Any]:
    wave = torch.sin(torch.arange(int(seconds * 16000)) / 9)
    return {"waveform": wave.reshape(1, 1, -1) / 4, "sample_rate": 16000}


def _video(path: Path, seconds: float) -> Any:
    write_clip(path, [np.zeros((720, 1280, 3), np.uint8)] * int(seconds * 24), (1280, 720), 24)
    return importlib.import_module("comfy_api.v0_0_2").InputImpl.VideoFromFile(str(path))


def _operations(home: Path) -> list[str]:
    return [job.operation for job in reversed(Ledger(home).jobs(limit=100))]


class Film:
    """A VIDEO of frames, whose file has other bytes each time that it is written."""

    def __init__(self, colour: float) -> None:
        self.colour, self.written = colour, 0

    def get_components(self) -> Any:
        images = torch.full((4, 8, 8, 3), self.colour)
        return SimpleNamespace(images=images, frame_rate=Fraction(24), audio=_tone(1))

    def save_to(self, path: str) -> None:
        _video(Path(path), 4)
        self.written += 1
        with Path(path).open("ab") as file:  # a box that players skip
            file.write((8 + self.written).to_bytes(4, "big") + b"free" + bytes(self.written))


def test_a_video_of_frames_is_told_apart_by_them_and_not_by_what_they_become(
    pack: ModuleType, provider: Sandbox, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importlib.import_module("folder_paths"), "get_temp_directory", lambda: str(tmp_path / "temp"))
    picture, film = torch.full((1, 640, 640, 3), 0.5), Film(0.5)
    first = execute(pack, "KlingMotionControl", image=picture, video=film, model_name="kling-v2-6", decode="first")
    again = execute(pack, "KlingMotionControl", image=picture, video=film, model_name="kling-v2-6", decode="first")
    assert film.written == 2
    assert again.args[3:] == first.args[3:]
    execute(pack, "KlingMotionControl", image=picture, video=Film(0.4), model_name="kling-v2-6", decode="first")
    assert _operations(home) == ["motion-control"] * 2


def test_a_text_is_spoken_in_a_job_of_its_own_and_both_are_paid_once(
    pack: ModuleType, provider: Sandbox, home: Path, tmp_path: Path
) -> None:
    said = {"text": "What I wanted to say takes a while.", "voice_language": "en", "decode": "first"}
    video = _video(tmp_path / "clip.mp4", 4)
    made = execute(pack, "KlingLipSync", video=video, **said)
    assert _operations(home) == ["tts", "advanced-lip-sync"]
    again = execute(pack, "KlingLipSync", video=video, **said)
    assert again.args[3:] == made.args[3:]
    execute(pack, "KlingLipSync", video=video, **said, original_audio_volume=0.0)
    assert _operations(home) == ["tts", "advanced-lip-sync", "advanced-lip-sync"]


def test_a_text_is_not_spoken_before_the_rest_is_known_to_be_right(
    pack: ModuleType, provider: Sandbox, home: Path, tmp_path: Path
) -> None:
    wrong = part_of(pack, "kling_api.errors").InvalidRequest
    said = {"text": "What I wanted to say takes a while.", "voice_language": "en"}
    with pytest.raises(wrong, match="sound_volume is 3"):
        execute(pack, "KlingLipSync", video_id="1", sound_volume=3.0, **said)
    with pytest.raises(wrong, match="The sound would end at 5000 ms, but the clip lasts 4000 ms"):
        execute(pack, "KlingLipSync", video=_video(tmp_path / "clip.mp4", 4), sound_insert_time=3000, **said)
    with pytest.raises(wrong, match="image is missing"):
        execute(pack, "KlingAvatar", **said)
    with pytest.raises(wrong, match="2 are given: audio, text"):
        execute(pack, "KlingAvatar", audio=_tone(3), **said)
    assert _operations(home) == []


def test_a_text_that_is_too_short_says_that_the_speech_was_charged(
    pack: ModuleType, provider: Sandbox, home: Path
) -> None:
    errors = part_of(pack, "kling_api.errors")
    with pytest.raises(errors.InvalidRequest) as caught:
        execute(pack, "KlingLipSync", video_id="1", text="Hi", voice_language="en")
    what, advice, charged = str(caught.value).split("\n")
    assert re.fullmatch(r"The text lasts [\d.]+ s when it is spoken; the sound must last 2 s or more\.", what)
    assert advice == (
        "Write a longer text, or lower voice_speed. "
        "The same text is not charged again; a changed text is a new speech, which is charged."
    )
    assert charged == "No order was made; only the step before it was charged."
    assert _operations(home) == ["tts"]


def test_a_sound_ends_where_it_ends_unless_told_otherwise(pack: ModuleType, home: Path) -> None:
    wrong = part_of(pack, "kling_api.errors").InvalidRequest
    with pytest.raises(wrong, match="nobody here knows how long that is"):
        execute(pack, "KlingLipSync", video_id="1", audio_url="https://a.example/b.mp3", profile="sandbox")


def test_an_element_and_a_voice_are_made_once_and_known_by_their_ids(
    pack: ModuleType, provider: Sandbox, home: Path
) -> None:
    picture = torch.zeros(1, 360, 640, 3)
    words = {"element_name": "Ann", "element_description": "A woman", "tags": "character, o_105"}
    pictures = {"frontal_image": picture, "refer_images": torch.ones(2, 360, 640, 3)}
    made = execute(pack, "KlingElement", **words, **pictures).args
    assert made[0] == made[1] != ""
    assert execute(pack, "KlingElement", **words, **pictures).args == made
    assert execute(pack, "KlingElement", element_id=f" {made[0]} ").args == (made[0], made[0], "")
    voice = execute(pack, "KlingVoice", voice_name="Ann", audio=_tone(6)).args
    assert voice[0] == voice[1] != ""
    assert voice[2]["waveform"].shape[-1] > voice[2]["sample_rate"]
    known = execute(pack, "KlingVoice", voice_id=voice[0]).args
    assert known[:2] == voice[:2]
    assert "no trial sound" in known[2].message
    assert _operations(home) == ["advanced-custom-elements", "custom-voices"]


def test_a_sound_comes_out_well_formed_with_its_id(pack: ModuleType, provider: Sandbox, home: Path) -> None:
    audio, audio_id, task_id = execute(pack, "KlingTextToAudio", prompt="Rain", duration=3.5).args
    assert audio["waveform"].shape[2] / audio["sample_rate"] == pytest.approx(3.5, abs=0.05)
    assert audio["waveform"].dtype == torch.float32
    assert audio_id.isdigit()
    assert task_id.isdigit()


def test_a_line_break_after_a_text_to_speak_is_not_another_job(pack: ModuleType, provider: Sandbox, home: Path) -> None:
    voice = {"voice_id": "ai_shatang", "voice_language": "en"}
    once, again = (execute(pack, "KlingTextToSpeech", text=text, **voice).args for text in ("Hello", " Hello\n"))
    assert once[1:] == again[1:]
    assert _operations(home) == ["tts"]


#: Dialect -> what it can do beside clips from text or a picture, as node and inputs.
ELSEWHERE: dict[str, list[tuple[str, dict[str, Any]]]] = {
    "flat": [("KlingMultiImage2Video", {"image_1": "picture", "image_2": "picture"})],
    "unified": [
        ("KlingMultiImage2Video", {"image_1": "picture", "image_2": "picture", "end_image": "picture"}),
        ("KlingMotionControl", {"image": "picture", "video": "clip"}),
        ("KlingVideoExtend", {"video_id": "made"}),
        ("KlingAvatar", {"image_url": "picture's address", "audio_url": "tone's address"}),
        ("KlingLipSync", {"video": "clip", "audio_url": "tone's address"}),
    ],
    "kie": [
        ("KlingMotionControl", {"image": "picture", "video": "clip"}),
        ("KlingAvatar", {"image": "picture", "audio": "tone", "prompt": "She smiles"}),
    ],
    "wrapper": [
        ("KlingMultiImage2Video", {"image_1": "picture"}),
        ("KlingMotionControl", {"image": "picture", "video": "clip"}),
        ("KlingVideoExtend", {"video_id": "made"}),
        ("KlingLipSync", {"video_id": "made", "audio": "tone"}),
    ],
}


def _address_of(data: bytes, provider: Sandbox) -> str:
    """Where the provider can fetch it."""
    answer = requests.post(
        f"{provider.url}/kie/api/file-base64-upload",
        json={"base64Data": base64.b64encode(data).decode(), "uploadPath": "media"},
        headers={"Authorization": "Bearer api-key-kling-sandbox"},
        timeout=20,
    )
    return answer.json()["data"]["downloadUrl"]


@pytest.mark.parametrize("dialect", [name for name in DIALECTS if name in ELSEWHERE])
def test_a_gateway_that_has_the_operation_does_it_for_the_same_node(
    pack: ModuleType, provider: Sandbox, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, dialect: str
) -> None:
    monkeypatch.setenv("KLING_PROFILE", f"sandbox-{dialect}")
    monkeypatch.setenv("KLING_BASE_URL", address_of(provider.url, dialect))
    picture, clip = torch.full((1, 360, 360, 3), 0.5), _video(tmp_path / "clip.mp4", 3.5)
    media = {"picture": picture, "clip": clip, "tone": _tone(3)}
    media["picture's address"] = _address_of(encode_image(picture, 10_000_000), provider)
    media["tone's address"] = _address_of(encode_sound(_tone(3)).data, provider)
    if any("made" in values.values() for _, values in ELSEWHERE[dialect]):
        media["made"] = execute(
            pack, "KlingImage2Video", image=picture, model_name="kling-v1-6", prompt="A boat", decode="first"
        ).args[3]
    for node, values in ELSEWHERE[dialect]:
        usual = {"prompt": "They meet", "model_name": "kling-v1-6"} if node == "KlingMultiImage2Video" else {}
        usual |= {"model_name": "kling-v2-6"} if node == "KlingMotionControl" else {}
        given = {name: media.get(value, value) for name, value in values.items()}
        made = execute(pack, node, decode="first", **usual, **given).args
        assert made[0].shape[0] == 1, node
        assert made[4], node
