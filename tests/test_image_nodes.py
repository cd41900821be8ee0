"""The image nodes and the nodes that cost nothing: their sockets, what they refuse, what they give in the sandbox."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import requests
import torch
from conftest import STUB, copy_pack, execute, load_like_comfyui, nodes_of, options_of, part_of

from kling_api.media import read_frames, read_last_frame, write_clip, write_picture
from kling_api.operations import OPERATIONS
from kling_api.sandbox.server import Sandbox
from kling_api.sandbox.shared import address_of

NOTHING = object()
#: What is linked arrives as None before the graph runs.
LINKED = None
PROFILE = [("profile", "STRING", "", True), ("callback_url", "STRING", "", True)]
SEED = ("seed", "INT", 0, False)
IMAGES = [("images", "IMAGE", True), ("task_id", "STRING", False)]
ELEMENTS = [(f"element_{number}", "KLING_ELEMENT", NOTHING, True) for number in (1, 2, 3)]
RATIO, COUNT = ("aspect_ratio", "COMBO", "16:9", False), ("n", "INT", 1, False)
PROMPT, RESOLUTION = ("prompt", "STRING", "", False), ("resolution", "COMBO", "1k", False)


def _image(name: str) -> tuple[str, str, Any, bool]:
    return (name, "IMAGE", NOTHING, True)


def _url(name: str) -> tuple[str, str, Any, bool]:
    return (name, "STRING", "", True)


#: Name, type, default, optional; and of the outputs: name, type, whether it is a list.
CONTRACT: dict[str, tuple[list[tuple[str, str, Any, bool]], list[tuple[str, str, bool]]]] = {
    "KlingImageGeneration": (
        [
            *(PROMPT, ("model_name", "COMBO", "kling-v2-1", False), RATIO, RESOLUTION, COUNT),
            ("negative_prompt", "STRING", "", False),
            ("image_reference", "COMBO", "none", False),
            ("image_fidelity", "FLOAT", 0.5, False),
            ("human_fidelity", "FLOAT", 0.45, False),
            *(SEED, _image("image"), _url("image_url"), *ELEMENTS, *PROFILE),
        ],
        IMAGES,
    ),
    "KlingOmniImage": (
        [
            *(PROMPT, ("model_name", "COMBO", "kling-image-o1", False), ("aspect_ratio", "COMBO", "auto", False)),
            *(RESOLUTION, COUNT, SEED, _image("image"), _image("reference_images"), ("mask", "MASK", NOTHING, True)),
            *PROFILE,
            ("result_type", "COMBO", "single", True),
            ("series_amount", "INT", 4, True),
            *ELEMENTS,
            *map(_url, ("image_url", "reference_images_url", "mask_url")),
        ],
        IMAGES,
    ),
    "KlingMultiImage2Image": (
        [
            *(PROMPT, ("model_name", "COMBO", "kling-v2-1", False), RATIO, COUNT, SEED),
            *(_image(f"subject_image_{number}") for number in (1, 2, 3, 4)),
            *(_url("subject_image_urls"), _image("scene_image"), _image("style_image")),
            *(_url("scene_image_url"), _url("style_image_url"), *PROFILE),
        ],
        IMAGES,
    ),
    "KlingImageExpand": (
        [
            *[(f"{side}_expansion_ratio", "FLOAT", 0.25, False) for side in ("up", "down", "left", "right")],
            *(PROMPT, COUNT, SEED, _image("image"), _url("image_url"), *PROFILE),
        ],
        IMAGES,
    ),
    "KlingVirtualTryOn": (
        [
            ("model_name", "COMBO", "virtual_try_on", False),
            *[(f"keep_{what}", "BOOLEAN", True, False) for what in ("face", "pose", "background")],
            *(SEED, _image("human_image"), _image("cloth_image"), _url("human_image_url"), _url("cloth_image_url")),
            *(("prompt", "STRING", "", True), *PROFILE),
        ],
        IMAGES,
    ),
    "KlingImageRecognize": (
        [SEED, _image("image"), _url("image_url"), ("profile", "STRING", "", True)],
        [*[(name, "MASK", False) for name in ("object", "head", "face", "cloth")], ("task_id", "STRING", False)],
    ),
    "KlingMultiShotImages": (
        [SEED, _image("element_frontal_image"), _url("element_frontal_image_url"), *PROFILE],
        [*[(f"views_{number}", "IMAGE", True) for number in (1, 2, 3)], ("task_id", "STRING", False)],
    ),
    "KlingVideoFrames": (
        [
            ("video", "VIDEO", NOTHING, False),
            ("start", "INT", 0, False),
            ("count", "INT", 0, False),
            ("every_nth", "INT", 1, False),
        ],
        [("images", "IMAGE", False)],
    ),
    "KlingLastFrame": ([("video", "VIDEO", NOTHING, False)], [("image", "IMAGE", False)]),
    "KlingEstimate": (
        [
            ("operation", "COMBO", "text2video", False),
            *(PROMPT, ("model_name", "COMBO", "the usual one", False), ("mode", "COMBO", "std", False)),
            *(("duration", "INT", 5, False), ("sound", "BOOLEAN", False, False), RESOLUTION, COUNT),
            *(("parameters", "STRING", "{}", False), ("profile", "STRING", "", True)),
        ],
        [("text", "STRING", False), ("units", "FLOAT", False)],
    ),
    "KlingCameraPreset": (
        [("move", "COMBO", "push in", False), ("strength", "FLOAT", 5.0, False)],
        [("camera_control", "KLING_CAMERA_CONTROL", False)],
    ),
}


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModuleType]:
    """Loaded once: nothing here depends on how it is loaded, and it takes longer than most of these tests."""
    before = set(sys.modules)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(STUB))
        yield load_like_comfyui(copy_pack(tmp_path_factory.mktemp("custom_nodes") / "comfyui-kling@1.0"))
    gc.collect()  # what asyncio has to say about a forgotten future belongs to these tests
    for name in set(sys.modules) - before:
        file = getattr(sys.modules[name], "__file__", None) or ""
        if "custom_nodes" in file or file.startswith(str(STUB)):
            del sys.modules[name]


@pytest.fixture(autouse=True)
def _own_home(home: Path) -> None:
    """Each test has a ledger of its own."""


@pytest.mark.parametrize("node", CONTRACT)
def test_a_node_has_the_sockets_of_the_contract(pack: ModuleType, node: str) -> None:
    inputs, outputs = CONTRACT[node]
    schema = nodes_of(pack)[node].define_schema()
    found = [
        (one.id, one.io_type, one.options.get("default", NOTHING), one.options.get("optional", False))
        for one in schema.inputs
    ]
    assert found == inputs
    assert [(one.id, one.io_type, one.options.get("is_output_list", False)) for one in schema.outputs] == outputs
    assert schema.category.split("/")[0] == "Kling"
    assert not schema.is_api_node
    assert all(one.options.get("tooltip") for one in (*schema.inputs, *schema.outputs) if one.id != "camera_control")


@pytest.mark.parametrize(
    ("node", "models"),
    [
        ("KlingImageGeneration", {"kling-v3", "kling-v2-1", "kling-v1-5", "kling-v1"}),
        ("KlingOmniImage", {"kling-image-o1", "kling-v3-omni"}),
        ("KlingMultiImage2Image", {"kling-v2-1", "kling-v2"}),
        ("KlingVirtualTryOn", {"virtual_try_on", "kolors-virtual-try-on-v1", "kolors-virtual-try-on-v1-5"}),
    ],
)
def test_the_menu_of_models_is_that_of_the_operation_and_an_unknown_one_is_taken(
    pack: ModuleType, node: str, models: set[str]
) -> None:
    assert models <= set(options_of(pack, node, "model_name")["options"])
    given = {"human_image": LINKED} if node == "KlingVirtualTryOn" else {"subject_image_1": LINKED}
    given = given if node in ("KlingVirtualTryOn", "KlingMultiImage2Image") else {}
    assert nodes_of(pack)[node].validate_inputs(model_name="kling-v99", **given) is True


@pytest.mark.parametrize(
    ("node", "values", "said"),
    [
        ("KlingImageGeneration", {"model_name": "kling-v3", "resolution": "2k", "element_1": LINKED}, ""),
        ("KlingImageGeneration", {"model_name": "kling-v3", "resolution": "4k"}, "Possible here: 1k, 2k."),
        ("KlingImageGeneration", {"model_name": "kling-v1", "aspect_ratio": "21:9"}, "21:9 is not possible"),
        ("KlingImageGeneration", {"model_name": "kling-v2-1", "element_1": LINKED}, "Models that can: kling-v3."),
        (
            "KlingImageGeneration",
            {"model_name": "kling-v2-1", "image_reference": "face", "image": LINKED},
            "",
        ),
        ("KlingImageGeneration", {"model_name": "kling-v2-1", "image_reference": "face"}, "with a reference picture."),
        ("KlingImageGeneration", {"model_name": "kling-v2-1", "image_reference": "face", "image_url": LINKED}, ""),
        (
            "KlingImageGeneration",
            {"model_name": "kling-v3", "image_reference": "face", "image": LINKED},
            "Models that can: kling-v2-1.",
        ),
        ("KlingImageGeneration", {"image": LINKED, "image_url": "https://a.example/1.png"}, "2 are given"),
        ("KlingImageGeneration", {"image": LINKED, "negative_prompt": "cats"}, "cannot be used together"),
        ("KlingOmniImage", {"model_name": "kling-v3-omni", "resolution": "4k", "result_type": "series"}, ""),
        ("KlingOmniImage", {"model_name": "kling-image-o1", "resolution": "4k"}, "Models that can: kling-v3-omni."),
        ("KlingOmniImage", {"model_name": "kling-image-o1", "result_type": "series"}, "series is not possible"),
        ("KlingOmniImage", {"mask": LINKED, "mask_url": "https://a.example/1.png"}, "2 are given"),
        ("KlingMultiImage2Image", {"model_name": "kling-v2-1"}, "Connect subject_image_1"),
        ("KlingMultiImage2Image", {"model_name": "kling-v2-1", "subject_image_4": LINKED}, ""),
        ("KlingMultiImage2Image", {"model_name": "kling-v2-1", "subject_image_urls": LINKED}, ""),
        ("KlingMultiImage2Image", {"model_name": "kling-v3", "subject_image_1": LINKED}, "cannot do"),
        ("KlingImageExpand", {"image": LINKED}, ""),
        ("KlingImageExpand", {}, "none is given"),
        ("KlingImageExpand", {"image_url": LINKED}, ""),
        ("KlingVirtualTryOn", {"model_name": "virtual_try_on", "human_image": LINKED, "cloth_image": LINKED}, ""),
        ("KlingVirtualTryOn", {"model_name": "virtual_try_on"}, "none is given"),
        ("KlingVirtualTryOn", {"human_image": LINKED, "profile": "sandbox-newapi"}, ""),
        (
            "KlingVirtualTryOn",
            {"model_name": "virtual_try_on", "human_image": LINKED, "profile": "sandbox-kie"},
            "Dialects that can: official",
        ),
        ("KlingImageRecognize", {"image": LINKED}, ""),
        ("KlingImageRecognize", {"image": LINKED, "profile": "sandbox-wrapper"}, "cannot do image-recognize"),
        ("KlingMultiShotImages", {}, "none is given"),
        ("KlingEstimate", {"parameters": '{"n": 2}'}, ""),
        ("KlingEstimate", {"model_name": "kling-v99", "parameters": ""}, ""),
        ("KlingEstimate", {"parameters": "{n: 2}"}, "parameters is no JSON"),
        ("KlingEstimate", {"parameters": "[2]"}, "no JSON object"),
    ],
)
def test_a_combination_is_judged_before_the_prompt_is_queued(
    pack: ModuleType, node: str, values: dict[str, Any], said: str
) -> None:
    answer = nodes_of(pack)[node].validate_inputs(**values)
    assert said in answer and answer.endswith("Not charged.") if said else answer is True


@pytest.mark.parametrize(
    ("ratios", "said"),
    [((1.0, 0.5, 0.0, 0.0), ""), ((2.0, 1.0, 0.0, 0.0), "4.00 times the area"), ((0.0,) * 4, "on no side")],
)
def test_a_picture_that_would_grow_too_much_is_refused_before_the_prompt_is_queued(
    pack: ModuleType, ratios: tuple[float, ...], said: str
) -> None:
    named = dict(zip((f"{side}_expansion_ratio" for side in ("up", "down", "left", "right")), ratios, strict=True))
    answer = nodes_of(pack)["KlingImageExpand"].validate_inputs(image=LINKED, **named)
    assert said in answer and answer.endswith("Not charged.") if said else answer is True


MOVES = {
    "push in": {"zoom": -3.0},
    "pull out": {"zoom": 3.0},
    "move left": {"horizontal": -3.0},
    "move right": {"horizontal": 3.0},
    "move down": {"vertical": -3.0},
    "move up": {"vertical": 3.0},
    "pan left": {"pan": -3.0},
    "pan right": {"pan": 3.0},
    "tilt down": {"tilt": -3.0},
    "tilt up": {"tilt": 3.0},
    "roll counter-clockwise": {"roll": -3.0},
    "roll clockwise": {"roll": 3.0},
    "down and back": {"type": "down_back"},
    "forward and up": {"type": "forward_up"},
    "turn right and forward": {"type": "right_turn_forward"},
    "turn left and forward": {"type": "left_turn_forward"},
}


def test_every_named_move_of_the_camera_is_one_that_kling_takes(pack: ModuleType) -> None:
    control = part_of(pack, "kling_api.operations").CameraControl
    assert options_of(pack, "KlingCameraPreset", "move")["options"] == list(MOVES)
    for move, values in MOVES.items():
        assert execute(pack, "KlingCameraPreset", move=move, strength=3.0).args == (control(**values),)


def _picture(height: int = 512, width: int = 512, seed: int = 0) -> torch.Tensor:
    """[1, H, W, 3]: no two of different seeds are the same."""
    return torch.rand((1, height, width, 3), generator=torch.Generator().manual_seed(seed))


def _file(folder: Path, name: str, height: int, width: int, value: int) -> Path:
    write_picture(folder / name, np.full((height, width, 3), value, np.uint8))
    return folder / name


def test_pictures_of_one_size_are_one_batch_and_of_several_sizes_a_list(pack: ModuleType, tmp_path: Path) -> None:
    read = part_of(pack, "nodes.pictures").read
    low, high = _file(tmp_path, "1.png", 40, 60, 51), _file(tmp_path, "2.png", 40, 60, 255)
    other = _file(tmp_path, "3.png", 60, 40, 255)
    (batch,) = read([low, high])
    assert batch.shape == (2, 40, 60, 3)
    assert batch[0].unique().tolist() == [pytest.approx(0.2)]
    assert batch[1].unique().tolist() == [1.0]
    assert [tuple(image.shape) for image in read([low, other])] == [(1, 40, 60, 3), (1, 60, 40, 3)]


def test_an_error_about_a_picture_names_the_input_that_it_came_by(pack: ModuleType) -> None:
    wrong, batch = part_of(pack, "kling_api.errors").MediaError, torch.zeros((2, 300, 300, 3))
    for still in (part_of(pack, "nodes.pictures").still, part_of(pack, "nodes.sources").still):
        with pytest.raises(wrong, match="subject_image_2: A single image is needed"):
            still("subject_image_2", batch)
    with pytest.raises(wrong, match="end_image: A single image is needed, and this is a batch of 2"):
        execute(pack, "KlingImage2Video", image=_picture(), end_image=batch, model_name="kling-v3")


@pytest.mark.parametrize(
    ("node", "values", "said"),
    [
        ("KlingImageExpand", {}, "image is missing."),
        ("KlingImageExpand", {"image": _picture(), "image_url": "https://a.example/1.png"}, "both given"),
        ("KlingVirtualTryOn", {"model_name": "virtual_try_on", "human_image": _picture()}, "cloth_image is missing."),
        ("KlingOmniImage", {"prompt": "<<<image_2>>>", "model_name": "kling-image-o1", "image": _picture()}, "cites"),
        (
            "KlingOmniImage",
            {"prompt": "x", "model_name": "kling-image-o1", "image": _picture(), "mask": torch.zeros((1, 512, 512))},
            "Dialects that can: unified",
        ),
        ("KlingImageRecognize", {"image": _picture(200, 400)}, "at least 300"),
        ("KlingImageRecognize", {"image_url": "boat.png"}, "image_url is not an http"),
        (
            "KlingOmniImage",
            {"prompt": "x", "model_name": "kling-image-o1", "reference_images": _picture(200, 400)},
            "reference_images, picture 1, is 400 x 200 pixels",
        ),
        ("KlingEstimate", {"operation": "text2video", "parameters": '{"seconds": 5}'}, "has no field seconds"),
    ],
)
def test_what_is_wrong_is_said_before_anything_is_sent(
    pack: ModuleType, provider: Sandbox, node: str, values: dict[str, Any], said: str
) -> None:
    with pytest.raises(part_of(pack, "kling_api.errors").InvalidRequest, match=said):
        execute(pack, node, **values)
    assert _state(provider)["tasks_made"] == 0
    assert not _state(provider)["requests"]


def _state(provider: Sandbox) -> dict[str, Any]:
    return requests.get(f"{provider.url}/sandbox/state", timeout=10).json()


def _shapes(output: Any) -> list[Any]:
    """Of each value of the output; of a list, of each of its tensors."""

    def shape(value: Any) -> Any:
        return [shape(one) for one in value] if isinstance(value, list) else tuple(getattr(value, "shape", ()))

    return [shape(value) for value in output.args]


def test_pictures_are_made_once_and_come_as_one_batch(pack: ModuleType, provider: Sandbox) -> None:
    asked = {"prompt": "A paper boat", "model_name": "kling-v2-1", "n": 3, "aspect_ratio": "1:1", "seed": 4}
    made = execute(pack, "KlingImageGeneration", **asked)
    again = execute(pack, "KlingImageGeneration", **asked)
    ((shape,), _) = _shapes(made)
    assert shape[0] == 3
    assert shape[1] == shape[2]
    assert 0 <= made.args[0][0].min() < made.args[0][0].max() <= 1
    assert again.args[1] == made.args[1]
    assert torch.equal(again.args[0][0], made.args[0][0])
    assert [_state(provider)[name] for name in ("tasks_made", "charges")] == [1, 1]


@pytest.mark.parametrize(
    ("node", "values", "count"),
    [
        (
            "KlingImageGeneration",
            {"prompt": "A boat", "model_name": "kling-v2-1", "image": _picture(), "image_reference": "subject"},
            1,
        ),
        (
            "KlingOmniImage",
            {
                "prompt": "<<<image_1>>> beside <<<image_3>>>",
                "model_name": "kling-image-o1",
                "image": _picture(),
                "reference_images": torch.cat([_picture(seed=1), _picture(seed=2)]),
                "n": 2,
            },
            2,
        ),
        (
            "KlingOmniImage",
            {
                "prompt": "A walk",
                "model_name": "kling-v3-omni",
                "aspect_ratio": "1:1",
                "result_type": "series",
                "series_amount": 3,
            },
            3,
        ),
        (
            "KlingMultiImage2Image",
            {
                "model_name": "kling-v2-1",
                "subject_image_1": _picture(),
                "subject_image_3": _picture(300, 500),
                "scene_image": _picture(400, 300),
            },
            1,
        ),
        (
            "KlingVirtualTryOn",
            {"model_name": "virtual_try_on", "human_image": _picture(), "cloth_image": _picture()},
            1,
        ),
        (
            "KlingVirtualTryOn",
            {"model_name": "kolors-virtual-try-on-v1-5", "human_image": _picture(), "cloth_image": _picture(seed=3)},
            1,
        ),
    ],
)
def test_the_pictures_of_a_node_come_from_the_sandbox(
    pack: ModuleType, provider: Sandbox, node: str, values: dict[str, Any], count: int
) -> None:
    made = execute(pack, node, **values)
    ((shape,), _) = _shapes(made)
    assert shape[0] == count
    assert min(shape[1:3]) >= 300
    assert made.args[1]
    assert [_state(provider)[name] for name in ("tasks_made", "charges")] == [1, 1]


def test_an_expanded_picture_is_larger_on_the_sides_that_were_named(pack: ModuleType, provider: Sandbox) -> None:
    ratios = {"up_expansion_ratio": 0.5, "down_expansion_ratio": 0.0, "left_expansion_ratio": 0.0}
    made = execute(pack, "KlingImageExpand", image=_picture(400, 600), right_expansion_ratio=0.25, **ratios)
    assert _shapes(made)[0] == [(1, 600, 750, 3)]


def test_a_picture_is_cut_into_masks_of_its_size(pack: ModuleType, provider: Sandbox) -> None:
    made = execute(pack, "KlingImageRecognize", image=_picture(400, 600))
    assert _shapes(made)[:4] == [(1, 400, 600)] * 4
    whole, _head, face, _cloth = made.args[:4]
    assert 0 < face.mean() < whole.mean() < 1


def test_what_a_picture_has_not_is_an_empty_mask(pack: ModuleType, tmp_path: Path) -> None:
    masks_of = part_of(pack, "nodes.image_recognize")._masks
    face = _file(tmp_path, "kn-1-face_seg.png", 30, 40, 255)
    masks = masks_of([face], _picture(30, 40))
    assert [float(mask.mean()) for mask in masks] == [0, 0, 1, 0]
    assert {tuple(mask.shape) for mask in masks} == {(1, 30, 40)}
    assert {tuple(mask.shape) for mask in masks_of([face], None)} == {(1, 30, 40)}
    assert {mask.message for mask in masks_of([], None)} == {"Kling found nothing in it."}


def test_three_sets_of_three_views_are_three_batches(pack: ModuleType, provider: Sandbox) -> None:
    made = execute(pack, "KlingMultiShotImages", element_frontal_image=_picture())
    sets = _shapes(made)[:3]
    assert [len(one) for one in sets] == [1, 1, 1]
    assert {one[0][0] for one in sets} == {3}
    assert not torch.equal(made.args[0][0], made.args[1][0])


def test_a_set_that_was_not_made_blocks_what_is_connected_to_it(pack: ModuleType, tmp_path: Path) -> None:
    read_set = part_of(pack, "nodes.multi_shot_images")._read_set
    files = [_file(tmp_path, f"kn-1-1-{view}.png", 30, 40, 10 * view) for view in (3, 1, 2)]
    (views,) = read_set(files, 1)
    assert [round(float(view.mean() * 255)) for view in views] == [10, 20, 30]
    assert read_set(files, 2).message == "Kling has made no views_3."


def test_a_mask_reaches_a_gateway_that_takes_one(pack: ModuleType, home: Path) -> None:
    mask = torch.zeros((1, 512, 512))
    mask[:, 100:200] = 1
    made = execute(
        pack,
        "KlingOmniImage",
        prompt="A hat on <<<image_1>>>",
        model_name="kling-image-o1",
        image=_picture(),
        mask=mask,
        profile="sandbox-unified",
    )
    assert _shapes(made)[0][0][0] == 1


def test_a_gateway_without_pictures_dresses_a_person_in_a_clip(
    pack: ModuleType, provider: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KLING_PROFILE", "sandbox-newapi")
    monkeypatch.setenv("KLING_BASE_URL", address_of(provider.url, "newapi"))
    node, error = "KlingVirtualTryOn", part_of(pack, "kling_api.errors").InvalidRequest
    asked = {"model_name": "virtual_try_on", "human_image": _picture(), "profile": "sandbox-newapi"}
    with pytest.raises(error, match="prompt is empty"):
        execute(pack, node, **asked)
    with pytest.raises(error, match="takes no cloth_image"):
        execute(pack, node, **asked, prompt="A coat", cloth_image=_picture())
    ((shape,), _) = _shapes(execute(pack, node, **asked, prompt="A red coat"))
    assert shape[0] > 100


@pytest.fixture
def clip(pack: ModuleType, tmp_path: Path) -> Any:
    """A VIDEO of 20 frames, each brighter than the one before."""
    frames = (np.full((48, 64, 3), 10 * number, np.uint8) for number in range(20))
    write_clip(tmp_path / "clip.mp4", frames, (64, 48), 10)
    return part_of(pack, "nodes.host").video(tmp_path / "clip.mp4")


@pytest.mark.parametrize(
    ("part", "numbers"),
    [
        ({}, range(20)),
        ({"start": 5, "count": 3}, range(5, 8)),
        ({"every_nth": 7}, (0, 7, 14)),
        ({"start": 2, "count": 3, "every_nth": 4}, (2, 6, 10)),
        ({"start": 18, "count": 9}, (18, 19)),
    ],
)
def test_the_frames_of_a_video_are_those_that_were_asked_for(
    pack: ModuleType, clip: Any, part: dict[str, int], numbers: Any
) -> None:
    (images,) = execute(pack, "KlingVideoFrames", video=clip, **part).args
    assert torch.equal(images, read_frames(clip.file)[list(numbers)])
    assert images.is_contiguous()


def test_the_last_frame_of_a_video_is_one_picture(pack: ModuleType, clip: Any) -> None:
    (image,) = execute(pack, "KlingLastFrame", video=clip).args
    assert image.shape == (1, 48, 64, 3)
    assert torch.equal(image, read_last_frame(clip.file))


def test_a_job_of_pictures_is_collected_as_frames(pack: ModuleType, provider: Sandbox) -> None:
    made = execute(pack, "KlingImageGeneration", prompt="A boat", model_name="kling-v2-1", n=2)
    (whole,) = made.args[0]
    for decode, expected in (("all", whole), ("first", whole[:1]), ("last", whole[1:])):
        frames, video, audio, _, task_id = execute(pack, "KlingCollect", key=made.args[1], decode=decode).args
        assert torch.equal(frames[0], expected)
        assert "made pictures: there is nothing for this output" in video.message
        assert audio.message == video.message
        assert task_id == made.args[1]
    assert _state(provider)["charges"] == 1


def test_a_job_of_sound_is_collected_as_audio(pack: ModuleType, provider: Sandbox) -> None:
    audio, audio_id, task_id = execute(pack, "KlingTextToAudio", prompt="Rain", duration=3.0).args
    got = execute(pack, "KlingCollect", key=task_id).args
    assert torch.equal(got[2]["waveform"], audio["waveform"])
    assert got[3:] == (audio_id, task_id)
    assert "made a sound" in got[0].message


def test_an_entry_of_the_library_is_collected_as_its_id_and_goes_into_a_picture(
    pack: ModuleType, provider: Sandbox
) -> None:
    operations, client = part_of(pack, "kling_api.operations"), part_of(pack, "nodes.clips").client_of("")
    still = part_of(pack, "nodes.pictures").still
    element = operations.CustomElement(
        "cat", "a cat", frontal_image=still("a", _picture()), refer_images=(still("b", _picture(seed=1)),)
    )
    made = client.run(element)
    got = execute(pack, "KlingCollect", key=made.job_key).args
    assert got[3:] == (made.video_id, made.task_id)
    assert made.video_id
    assert all("made an entry of the library" in value.message for value in got[:3])
    asked = {"prompt": "<<<element_1>>> on a roof", "model_name": "kling-v3", "element_1": made.video_id}
    assert _shapes(execute(pack, "KlingImageGeneration", **asked))[0][0][0] == 1


def test_an_estimate_sends_nothing_and_shows_price_budget_and_body(
    pack: ModuleType, provider: Sandbox, home: Path
) -> None:
    (home / "profiles.toml").write_text("[sandbox]\nbudget_per_day = 2\n")
    execute(pack, "KlingImageGeneration", prompt="A boat", model_name="kling-v2-1")
    before = _state(provider)["requests"]
    shown = execute(pack, "KlingEstimate", operation="image2video", prompt="It turns", duration=3)
    text, units = shown.args
    assert units == 1.8
    assert text.splitlines()[0] == "image2video: about 1.8 units"
    assert "budget_per_day 2: 0.1 spent or promised, 1.9 left, 0.1 after this" in text
    assert "POST /v1/videos/image2video" in text
    assert '"image": "<image>"' in text
    assert shown.ui == {"text": (text,)}
    costly = execute(pack, "KlingEstimate", operation="image2video", duration=5).args[0]
    assert "1.9 left; this would be refused" in costly
    assert _state(provider)["requests"] == before


def test_an_estimate_in_another_unit_says_what_a_budget_counts(pack: ModuleType, provider: Sandbox) -> None:
    text, units = execute(
        pack, "KlingEstimate", operation="omni-image", n=2, resolution="4k", model_name="kling-v3-omni"
    ).args
    assert units == 32
    assert text.splitlines()[0] == "omni-image: about 32 image units (0.8 units of a budget)"


def test_an_estimate_needs_no_key(pack: ModuleType, home: Path) -> None:
    text, units = execute(pack, "KlingEstimate", operation="text2video").args
    assert units == 3
    assert "Profile default has no key." in text


def test_an_estimate_without_a_price_is_minus_one(pack: ModuleType, provider: Sandbox) -> None:
    text, units = execute(pack, "KlingEstimate", operation="text2video", model_name="kling-v99").args
    assert units == -1
    assert "no price known" in text


def test_the_menus_of_operations_hold_every_operation(pack: ModuleType) -> None:
    kinds = [operation.kind for operation in OPERATIONS]
    assert options_of(pack, "KlingEstimate", "operation")["options"] == kinds
    assert set(kinds) < set(options_of(pack, "KlingCollect", "operation")["options"])
