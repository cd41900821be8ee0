"""Each node that orders something, at each provider that has its operation, from sockets to outputs in the sandbox."""

from __future__ import annotations

import importlib
import json
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import torch
from conftest import execute, nodes_of

from kling_api import estimate
from kling_api.dialects import DIALECTS
from kling_api.ledger import Ledger
from kling_api.media import write_clip
from kling_api.operations import OPERATIONS, TryOnVideo
from kling_api.sandbox.server import Sandbox
from kling_api.sandbox.shared import address_of

SMALL = {"aspect_ratio": "1:1", "decode": "first"}
SHORT = {"prompt": "A boat", "duration": 3, **SMALL}
#: Operation -> the node that orders it, and its inputs at Kling's own platform. "picture", "tone", "made" (the video_id
#: of a clip) and "element" stand for what the test puts there.
NODES: dict[str, tuple[str, dict[str, Any]]] = {
    "text2video": ("KlingText2Video", {"model_name": "kling-v3", **SHORT}),
    "image2video": (
        "KlingImage2Video",
        {"model_name": "kling-v3", "image": "picture", "duration": 3, "decode": "first"},
    ),
    "omni-video": ("KlingOmniVideo", {**SHORT, "model_name": "kling-v3-omni", "image_1": "picture"}),
    "multi-image2video": (
        "KlingMultiImage2Video",
        {**SMALL, "prompt": "They meet", "model_name": "kling-v1-6", "image_1": "picture", "image_2": "picture"},
    ),
    "motion-control": (
        "KlingMotionControl",
        {"model_name": "kling-v2-6", "image": "picture", "video": "clip", "decode": "first"},
    ),
    "video-extend": ("KlingVideoExtend", {"video_id": "old", "prompt": "And on", "decode": "first"}),
    "effects": (
        "KlingVideoEffects",
        {"effect_scene": "hug_pro", "image_1": "picture", "image_2": "picture", "decode": "last"},
    ),
    "avatar/image2video": ("KlingAvatar", {"image": "picture", "audio": "tone", "decode": "first"}),
    "advanced-lip-sync": ("KlingLipSync", {"video_id": "made", "audio": "tone", "decode": "last"}),
    "generations": ("KlingImageGeneration", {"prompt": "A boat", "model_name": "kling-v2-1", "n": 2}),
    "omni-image": (
        "KlingOmniImage",
        {"prompt": "Hat on <<<image_1>>>", "model_name": "kling-image-o1", "image": "picture"},
    ),
    "multi-image2image": (
        "KlingMultiImage2Image",
        {"prompt": "Both", "model_name": "kling-v2-1", "subject_image_1": "picture"},
    ),
    "editing/expand": ("KlingImageExpand", {"image": "picture", "up_expansion_ratio": 0.25}),
    "kolors-virtual-try-on": (
        "KlingVirtualTryOn",
        {"model_name": "kolors-virtual-try-on-v1-5", "human_image": "picture", "cloth_image": "picture"},
    ),
    "image-recognize": ("KlingImageRecognize", {"image": "picture"}),
    "ai-multi-shot": ("KlingMultiShotImages", {"element_frontal_image": "picture"}),
    "tts": ("KlingTextToSpeech", {"text": "Good morning", "voice_language": "en", "voice_id": "oversea_male1"}),
    "text-to-audio": ("KlingTextToAudio", {"prompt": "Rain", "duration": 3.0}),
    "video-to-audio": ("KlingVideoToAudio", {"video_id": "made", "bgm_prompt": "A harp", "decode": "first"}),
    "custom-voices": ("KlingVoice", {"voice_name": "Ann", "audio": "speech"}),
    "advanced-custom-elements": (
        "KlingElement",
        {
            "element_name": "Ann",
            "element_description": "A woman",
            "frontal_image": "picture",
            "refer_images": "picture",
        },
    ),
}
#: What other providers need otherwise.
ELSEWHERE: dict[tuple[str, str], dict[str, Any]] = {
    ("flat", "image2video"): {"model_name": "kling-v1-6", "duration": 5},
    ("newapi", "image2video"): {"model_name": "kling-v1-6", "duration": 5, "prompt": "It moves"},
    ("newapi", "text2video"): {"model_name": "kling-v1-6", "duration": 5},
    ("unified", "text2video"): {"model_name": "kling-v1-6", "duration": 5, "aspect_ratio": "16:9"},
    ("unified", "image2video"): {"model_name": "kling-v1-6", "duration": 5},
    ("unified", "multi-image2video"): {"aspect_ratio": "16:9"},
    ("unified", "video-extend"): {},
    ("unified", "advanced-lip-sync"): {"video_id": "", "video": "clip"},
    ("unified", "generations"): {"n": 1},
    ("wrapper", "text2video"): {"model_name": "kling-v1", "duration": 5},
    ("wrapper", "image2video"): {"model_name": "kling-v1", "duration": 5},
    ("kie", "avatar/image2video"): {"prompt": "She smiles"},
    ("kie", "image2video"): {"prompt": "It moves"},
}
PAIRS = [
    (dialect.name, operation.kind)
    for dialect in DIALECTS.values()
    for operation in OPERATIONS
    if dialect.fields(operation.kind)
    and operation is not TryOnVideo
    and (dialect.name, operation.kind) != ("unified", "avatar/image2video")  # takes URLs alone: test_video_nodes
]


def test_every_operation_has_its_node(pack: ModuleType) -> None:
    assert set(NODES) == {operation.kind for operation in OPERATIONS} - {TryOnVideo.kind}
    assert {node for node, _ in NODES.values()} <= set(nodes_of(pack))


def test_the_prices_in_the_descriptions_are_those_of_the_price_list(pack: ModuleType) -> None:
    prices = json.loads((Path(estimate.__file__).parent / "data" / "prices.json").read_text(encoding="utf-8"))
    told = {node: cls.define_schema().description for node, cls in nodes_of(pack).items()}
    for kind, price in prices["per_call"].items():
        node = NODES[kind][0] if kind in NODES else ""
        assert node not in told or price == "0" or f"{price} units" in told[node]
    assert f"{prices['per_image']['ai-multi-shot']} image units" in told["KlingMultiShotImages"]
    period = prices["lip_sync"]
    assert f"{prices['per_call']['identify-face']} units" in told["KlingLipSync"]
    assert f"{period['units']} units for each {period['seconds']} s" in told["KlingLipSync"]


@pytest.mark.parametrize(("dialect", "kind"), PAIRS)
def test_a_node_runs_from_its_sockets_to_its_outputs(
    pack: ModuleType,
    provider: Sandbox,
    home: Path,
    media: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
    dialect: str,
    kind: str,
) -> None:
    if dialect != "official":
        monkeypatch.setenv("KLING_PROFILE", f"sandbox-{dialect}")
        monkeypatch.setenv("KLING_BASE_URL", address_of(provider.url, dialect))
    node, usual = NODES[kind]
    inputs = usual | ELSEWHERE.get((dialect, kind), {})
    for stands_for in {"made", "old"} & set(map(str, inputs.values())):
        media[stands_for] = _made(pack, dialect, old=stands_for == "old")
    given = {name: _real(value, media) for name, value in inputs.items()}
    outputs = execute(pack, node, **given).args
    assert any(isinstance(value, str) and value for value in outputs)  # the task's id
    assert _good(outputs)
    assert execute(pack, node, **given).args[-1] == outputs[-1]
    assert [job.state.value for job in Ledger(home).jobs() if job.operation == kind] == ["collected"]  # paid once


@pytest.fixture
def media(tmp_path: Path) -> dict[str, Any]:
    path = tmp_path / "clip.mp4"
    write_clip(path, [np.full((720, 720, 3), 80, np.uint8)] * 84, (720, 720), 24)
    clip = importlib.import_module("comfy_api.v0_0_2").InputImpl.VideoFromFile(str(path))
    shades = torch.linspace(0, 1, 512).repeat(512, 1)
    return {"picture": shades[None, :, :, None].repeat(1, 1, 1, 3), "clip": clip, "tone": _tone(3), "speech": _tone(6)}


def _tone(seconds: float) -> dict[str, Any]:
    wave = torch.sin(torch.arange(int(seconds * 16000)) / 9)
    return {"waveform": wave.reshape(1, 1, -1) / 4, "sample_rate": 16000}


def _real(value: Any, media: dict[str, Any]) -> Any:
    return media.get(value, value) if isinstance(value, str) else value


def _made(pack: ModuleType, dialect: str, old: bool) -> str:
    """The video_id of a clip; of one of the models that can be extended, `old`."""
    model = {"model_name": "kling-v1-6", "duration": 5} if old or dialect != "official" else {"model_name": "kling-v3"}
    ratio = {"aspect_ratio": "16:9"} if dialect == "unified" else {}
    return execute(pack, "KlingText2Video", **(SHORT | model | ratio)).args[3]


def _good(outputs: tuple[Any, ...]) -> bool:
    """Pictures and masks are floats 0..1 on the CPU, sounds well-formed; nothing is missing."""
    flat = [one for value in outputs for one in (value if isinstance(value, list) else [value])]
    tensors = [one for one in flat if isinstance(one, torch.Tensor)]
    sounds = [one["waveform"] for one in flat if isinstance(one, dict)]
    in_range = all(one.dtype == torch.float32 and 0 <= float(one.min()) <= float(one.max()) <= 1 for one in tensors)
    return None not in flat and in_range and all(one.ndim == 3 and one.shape[0] == 1 for one in sounds)
