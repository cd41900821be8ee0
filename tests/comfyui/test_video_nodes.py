"""Every node that makes a clip or a sound, or keeps a voice or an element, done in a real ComfyUI over the sandbox."""

from __future__ import annotations

from typing import Any

import av
import pytest

from kling_api.ledger import Ledger

from .conftest import ComfyUI
from .test_in_comfyui import save_video

pytestmark = pytest.mark.timeout(600)

CLIP = ("KlingText2Video", {"prompt": "A woman speaks", "duration": 5, "seed": 700, "decode": "first"})
OLD_CLIP = ("KlingText2Video", {"prompt": "A boat", "model_name": "kling-v1-6", "seed": 700, "decode": "first"})
PICTURE = ("EmptyImage", {"width": 640, "height": 360, "color": 4473924})
TALL = ("EmptyImage", {"width": 400, "height": 600, "color": 11184810})
SIDES = ("EmptyImage", {"width": 640, "height": 360, "batch_size": 2, "color": 2236962})
SOUND = ("KlingTextToAudio", {"prompt": "A street", "duration": 6.0, "seed": 700})
SPEECH = ("KlingTextToSpeech", {"text": "Good morning, this is what I wanted to say.", "voice_language": "en"})
SHOTS = ("KlingShots", {"prompt_1": "A cat", "duration_1": 3, "prompt_2": "A dog", "duration_2": 2})
VOICE = ("KlingVoice", {"voice_name": "Ann", "audio": ["sound", 0]})
ELEMENT = (
    "KlingElement",
    {
        "element_name": "Ann",
        "element_description": "A woman",
        "tags": "Character",
        "frontal_image": ["picture", 0],
        "refer_images": ["sides", 0],
    },
)
SOURCES = {
    **{"clip": CLIP, "old clip": OLD_CLIP, "picture": PICTURE, "tall": TALL, "sides": SIDES},
    **{"sound": SOUND, "speech": SPEECH, "shots": SHOTS, "voice": VOICE, "element": ELEMENT},
}
#: What is run -> the node and the inputs that are not as they come.
CLIPS: dict[str, tuple[str, dict[str, Any]]] = {
    "references of two sizes and a clip": (
        "KlingOmniVideo",
        {
            "prompt": "<<<image_1>>> and <<<image_2>>> as in <<<video_1>>>",
            "image_1": ["picture", 0],
            "image_2": ["tall", 0],
            "video": ["clip", 1],
        },
    ),
    "a clip that is edited": (
        "KlingOmniVideo",
        {"prompt": "<<<video_1>>> in winter", "video": ["clip", 1], "refer_type": "base"},
    ),
    "first and end frame, new standard": (
        "KlingOmniVideo",
        {
            "prompt": "The light changes",
            "model_name": "kling-o1",
            "image": ["picture", 0],
            "end_image": ["picture", 0],
        },
    ),
    "shots and an element": (
        "KlingOmniVideo",
        {"prompt": "<<<element_1>>> walks", "multi_shot": ["shots", 0], "element_1": ["element", 0]},
    ),
    "shots with their own length": (
        "KlingText2Video",
        {"prompt": "", "multi_shot": ["shots", 0], "duration": ["shots", 1]},
    ),
    "a voice": (
        "KlingImage2Video",
        {
            "image": ["picture", 0],
            "prompt": "<<<voice_1>>> says hello",
            "model_name": "kling-v2-6",
            "mode": "pro",
            "sound": True,
            "voice_1": ["voice", 0],
        },
    ),
    "several pictures": (
        "KlingMultiImage2Video",
        {"prompt": "Both meet", "image_1": ["picture", 0], "image_2": ["tall", 0]},
    ),
    "motion": ("KlingMotionControl", {"image": ["tall", 0], "video": ["clip", 1]}),
    "a longer clip": ("KlingVideoExtend", {"prompt": "It goes on", "video_id": ["old clip", 3]}),
    "an effect with one picture": ("KlingVideoEffects", {"image_1": ["picture", 0]}),
    "an effect with two": (
        "KlingVideoEffects",
        {"effect_scene": "hug_pro", "image_1": ["picture", 0], "image_2": ["tall", 0]},
    ),
    "an avatar with a sound": ("KlingAvatar", {"image": ["tall", 0], "audio": ["sound", 0]}),
    "an avatar with a text": (
        "KlingAvatar",
        {"image": ["tall", 0], "text": "Good evening, and welcome to the show.", "voice_language": "en"},
    ),
    "lips of a clip by its id": (
        "KlingLipSync",
        {"video_id": ["clip", 3], "audio": ["sound", 0], "sound_end_time": 4000},
    ),
    "lips of a video with a text": (
        "KlingLipSync",
        {"video": ["clip", 1], "text": "Good morning, this is what I wanted to say.", "voice_language": "en"},
    ),
    "lips with a speech": (
        "KlingLipSync",
        {"video_id": ["clip", 3], "audio_id": ["speech", 1], "sound_end_time": 2500},
    ),
    "a clip that gets a sound": ("KlingVideoToAudio", {"bgm_prompt": "A piano", "video_id": ["clip", 3]}),
}


def graph_of(server: ComfyUI, node: str, values: dict[str, Any]) -> dict[str, Any]:
    """The node as "made", with the nodes that it is linked to; required inputs as they come."""
    definitions = server.object_info()
    graph: dict[str, Any] = {}
    waiting = {"made": (node, values)}
    while waiting:
        name, (kind, given) = waiting.popitem()
        required = definitions[kind]["input"]["required"].items()
        usual = {key: _default(spec) for key, spec in required if key not in given}
        graph[name] = {"class_type": kind, "inputs": usual | given}
        links = [value[0] for value in given.values() if isinstance(value, list)]
        waiting |= {link: SOURCES[link] for link in links if link not in graph}
    return graph


def _default(spec: list[Any]) -> Any:
    kind, options = spec[0], spec[1] if len(spec) > 1 else {}
    return options["default"] if "default" in options else (options.get("options") or kind)[0]


def show(source: str, output: int) -> dict[str, Any]:
    return {"class_type": "PreviewAny", "inputs": {"source": [source, output]}}


def seconds_of(server: ComfyUI, entry: dict[str, Any]) -> float:
    """Of the one clip that was saved."""
    written = [one for output in entry["outputs"].values() for one in output.get("images", [])]
    (saved,) = [one for one in written if one["type"] == "output"]  # the node itself shows one of ComfyUI's temp folder
    with av.open(str(server.base / saved["type"] / saved["subfolder"] / saved["filename"])) as container:
        assert next(container.decode(video=0)).width > 0
        return float(container.duration or 0) / av.time_base


@pytest.mark.parametrize("what", CLIPS)
def test_a_node_makes_a_clip_that_is_saved(what: str, comfyui: ComfyUI) -> None:
    node, values = CLIPS[what]
    graph = graph_of(comfyui, node, {"decode": "first", **values})
    entry = comfyui.run(graph | {"saved": save_video("made", node), "id": show("made", 3)})
    assert seconds_of(comfyui, entry) > 2
    assert entry["outputs"]["id"]["text"][0].isdigit()


@pytest.mark.parametrize(
    ("node", "values", "seconds"),
    [("KlingTextToSpeech", SPEECH[1], 2.0), ("KlingTextToAudio", {"prompt": "Rain", "duration": 3.5}, 3.5)],
)
def test_a_node_makes_a_sound(node: str, values: dict[str, Any], seconds: float, comfyui: ComfyUI) -> None:
    graph = graph_of(comfyui, node, values)
    entry = comfyui.run(graph | {"heard": {"class_type": "PreviewAny", "inputs": {"source": ["made", 0]}}})
    assert "waveform" in entry["outputs"]["heard"]["text"][0]
    job = Ledger(comfyui.home).jobs(limit=1)[0]
    with av.open(str(comfyui.home / "results" / job.files[0])) as container:
        assert float(container.duration or 0) / av.time_base >= seconds - 0.1


@pytest.mark.parametrize("kind", ["voice", "element"])
def test_what_the_library_keeps_is_made_once_and_then_known_by_its_id(kind: str, comfyui: ComfyUI) -> None:
    node, values = SOURCES[kind]
    made = comfyui.run(graph_of(comfyui, node, values) | {"id": show("made", 1)})["outputs"]["id"]["text"][0]
    before = len(Ledger(comfyui.home).jobs(limit=1000))
    again = graph_of(comfyui, node, values | {"profile": "sandbox"}) | {"id": show("made", 1)}
    assert comfyui.run(again)["outputs"]["id"]["text"][0] == made
    known = graph_of(comfyui, node, {f"{kind}_id": made}) | {"id": show("made", 1)}
    assert comfyui.run(known)["outputs"]["id"]["text"][0] == made
    assert len(Ledger(comfyui.home).jobs(limit=1000)) == before


def test_a_video_that_is_no_file_is_sent_all_the_same_and_is_one_job(comfyui: ComfyUI) -> None:
    frames = {"class_type": "EmptyImage", "inputs": {"width": 720, "height": 720, "batch_size": 80, "color": 255}}
    film = {"class_type": "CreateVideo", "inputs": {"images": ["frames", 0], "fps": 24.0}}
    graph = graph_of(comfyui, "KlingMotionControl", {"image": ["tall", 0], "decode": "first"})
    graph |= {"frames": frames, "film": film, "saved": save_video("made")}
    graph["made"]["inputs"]["video"] = ["film", 0]
    assert seconds_of(comfyui, comfyui.run(graph)) == pytest.approx(80 / 24, abs=0.3)
    before = len(Ledger(comfyui.home).jobs(limit=1000))
    graph["made"]["inputs"]["decode"] = "last"  # so that ComfyUI runs the node again
    comfyui.run(graph)
    assert len(Ledger(comfyui.home).jobs(limit=1000)) == before


@pytest.mark.parametrize(
    ("node", "values", "said"),
    [
        (
            "KlingOmniVideo",
            {"prompt": "A", "video": ["clip", 1], "video_url": "https://a.example/b.mp4"},
            "2 are given",
        ),
        ("KlingOmniVideo", {"prompt": "A", "video": ["clip", 1], "sound": True}, "sound on is not possible"),
        ("KlingMultiImage2Video", {"prompt": "A"}, "A picture is missing"),
        ("KlingMotionControl", {"image": ["tall", 0]}, "none is given"),
        ("KlingVideoExtend", {}, "video_id"),
        ("KlingVideoEffects", {"effect_scene": "hug_pro", "image_1": ["tall", 0]}, "made from two pictures"),
        ("KlingAvatar", {"image": ["tall", 0]}, "Of audio, audio_url, text, audio_id, none is given."),
        ("KlingLipSync", {"text": "Hello"}, "Of video_id, video_url, video, none is given."),
        ("KlingShots", {}, "0 shots are given"),
        ("KlingTextToSpeech", {"text": "Hi", "voice_id": "uk_boy1", "voice_language": "zh"}, "speaks en alone"),
        ("KlingVideoToAudio", {}, "none is given"),
        ("KlingVoice", {}, "none is given"),
        ("KlingElement", {"frontal_image": ["picture", 0], "element_name": "Ann"}, "element_description is empty"),
    ],
)
def test_what_cannot_be_is_said_before_the_prompt_is_queued(
    node: str, values: dict[str, Any], said: str, comfyui: ComfyUI
) -> None:
    assert said in comfyui.refusal(graph_of(comfyui, node, values) | {"seen": show("made", 0)})
