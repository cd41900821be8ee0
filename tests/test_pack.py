"""The pack as ComfyUI meets it: loaded from any folder, quickly, with the nodes and sockets that workflows rely on."""

from __future__ import annotations

import asyncio
import gc
import importlib
import json
import logging
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import requests
from conftest import ROOT, STUB, LoadPack, copy_pack
from conftest import execute as _execute
from conftest import nodes_of as _nodes
from conftest import options_of as _options
from conftest import part_of as _part

from kling_api.bounds import KINDS
from kling_api.operations import OPERATIONS
from kling_api.sandbox.server import Sandbox

NODES = {
    *("KlingText2Video", "KlingImage2Video", "KlingOmniVideo", "KlingMultiImage2Video", "KlingMotionControl"),
    *("KlingVideoExtend", "KlingVideoEffects", "KlingAvatar", "KlingLipSync", "KlingShots"),
    *("KlingCameraControl", "KlingCameraPreset"),
    *("KlingImageGeneration", "KlingOmniImage", "KlingMultiImage2Image", "KlingImageExpand", "KlingVirtualTryOn"),
    *("KlingImageRecognize", "KlingMultiShotImages"),
    *("KlingTextToSpeech", "KlingTextToAudio", "KlingVideoToAudio", "KlingVoice", "KlingElement"),
    *("KlingVideoFrames", "KlingLastFrame", "KlingEstimate", "KlingCollect", "KlingAccount"),
}
FOLDERS = ["comfyui-kling@1.0", "with space", "dots.in.name", "中文 kling-节点", "main"]


@pytest.mark.parametrize("folder", FOLDERS)
def test_the_pack_loads_from_a_folder_of_any_name(load_pack: LoadPack, folder: str) -> None:
    assert set(_nodes(load_pack(folder))) == NODES


def test_comfyuis_own_nodes_module_and_another_kling_api_do_no_harm(
    load_pack: LoadPack, monkeypatch: pytest.MonkeyPatch
) -> None:
    foreign, library = ModuleType("nodes"), ModuleType("kling_api")
    monkeypatch.setitem(sys.modules, "nodes", foreign)
    monkeypatch.setitem(sys.modules, "kling_api", library)
    pack = load_pack("comfyui-kling")
    assert _nodes(pack)
    assert sys.modules["nodes"] is foreign
    assert sys.modules["kling_api"] is library
    assert vars(foreign).keys() == ModuleType("nodes").__dict__.keys()


def test_two_copies_of_the_pack_do_not_mix(load_pack: LoadPack) -> None:
    one, two = _nodes(load_pack("one")), _nodes(load_pack("two"))
    assert one["KlingText2Video"] is not two["KlingText2Video"]


#: What of the library ComfyUI's start loads: what menus and their limits need, errors, and how a node runs its work.
LIBRARY_AT_START = {
    *("bounds", "capabilities", "catalog", "explain", "models"),
    *("errors", "redaction", "steps", "threads", "watch"),
}
#: Beside the modules with a node in them; the others wait for a run, a request or a Chinese reader.
SHARED_AT_START = {
    *("clips", "editor_words", "host", "inputs", "judging", "labels", "language", "loading", "pictures", "previews"),
    *("routes", "sounds", "sources", "speech", "translation", "wording", "workers"),
}
LOAD = """
import importlib.util, json, socket, sys, time
# What ComfyUI has loaded long before.
import asyncio, concurrent.futures, dataclasses, decimal, hashlib, inspect, logging, tempfile, urllib.parse
def no_network(*_): raise AssertionError("the network was used")
socket.socket.connect = socket.getaddrinfo = no_network
sys.path.insert(0, sys.argv[1])
import comfy_api.v0_0_2, server
before, begun = set(sys.modules), time.process_time()
name = sys.argv[2]
spec = importlib.util.spec_from_file_location(name.replace(".", "_x_"), name + "/__init__.py")
module = importlib.util.module_from_spec(spec)
sys.modules[spec.name] = module
spec.loader.exec_module(module)
extension = asyncio.run(module.comfy_entrypoint())
nodes = asyncio.run(extension.get_node_list())
loaded, imported = set(sys.modules), time.process_time()
schemas = [node.define_schema() for node in nodes]
print(json.dumps({
    "seconds": time.process_time() - begun, "schemas": time.process_time() - imported,
    "ours": sorted(one.removeprefix(spec.name) for one in loaded - before if one.startswith(spec.name)),
    "foreign": sorted(one for one in loaded - before if not one.startswith(spec.name)),
    "with_nodes": sorted({node.__module__.removeprefix(spec.name) for node in nodes}),
    "by_schemas": sorted(set(sys.modules) - loaded),
}))
"""


@pytest.fixture(scope="module")
def starts(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """Fresh interpreters without keys and network: CPU seconds, and which modules are new."""
    folder = copy_pack(tmp_path_factory.mktemp("alone") / "comfyui-kling@1.0")
    return [_load_alone(folder) for _ in range(3)]


def _load_alone(folder: Path) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-c", LOAD, str(STUB), str(folder)], capture_output=True, text=True, check=False, env={}
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return json.loads(done.stdout)


def test_loading_takes_no_time_no_key_no_network_and_nothing_that_comfyui_has_not(starts: list[dict[str, Any]]) -> None:
    assert min(start["seconds"] for start in starts) < 0.10
    assert starts[0]["foreign"] == []


def test_the_start_loads_of_the_pack_no_more_than_what_the_schemas_need(starts: list[dict[str, Any]]) -> None:
    loaded = {folder: _below(folder, starts[0]["ours"]) for folder in (".kling_api.", ".nodes.")}
    assert loaded[".kling_api."] <= LIBRARY_AT_START
    assert loaded[".nodes."] - _below(".nodes.", starts[0]["with_nodes"]) <= SHARED_AT_START


def _below(folder: str, modules: list[str]) -> set[str]:
    return {name.removeprefix(folder) for name in modules if name.startswith(folder)}


def test_the_schemas_of_all_nodes_are_built_in_20_ms_from_what_is_there(starts: list[dict[str, Any]]) -> None:
    assert min(start["schemas"] for start in starts) < 0.020
    assert starts[0]["by_schemas"] == []


@pytest.mark.parametrize("entry", ["check", "run", "request"])
def test_packages_that_load_their_own_modules_are_there_before_anything_else_is_loaded(
    pack: ModuleType, entry: str
) -> None:
    """Else two threads, of which one loads such a package and the other a module in it, can end in a _DeadlockError."""
    packages = {f"{pack.__name__}.kling_api.{name}" for name in ("operations", "checks", "dialects")}
    node = _nodes(pack)["KlingCameraControl"]
    assert not packages & sys.modules.keys()
    if entry == "check":
        assert node.validate_inputs() is True  # without a value it would load nothing itself
    elif entry == "run":
        with pytest.raises(TypeError):
            node.execute(no_such_input=1)
    else:
        _part(pack, "nodes.routes").load_handlers()
    assert packages <= sys.modules.keys()


def test_what_a_menu_calls_the_operations_is_what_they_are_called() -> None:
    assert tuple(operation.kind for operation in OPERATIONS) == KINDS


VIDEO_OUTPUTS = [
    ("frames", "IMAGE"),
    ("video", "VIDEO"),
    ("audio", "AUDIO"),
    ("video_id", "STRING"),
    ("task_id", "STRING"),
]
AXES = ("horizontal", "vertical", "pan", "tilt", "roll", "zoom")
NOTHING = object()
#: The contract: name, type, default, optional. Workflows and scripts rely on it.
SHARED = [
    ("negative_prompt", "STRING", "", False),
    ("cfg_scale", "FLOAT", 0.5, False),
    ("sound", "BOOLEAN", False, False),
    ("seed", "INT", 0, False),
    ("decode", "COMBO", "all", False),
]
MODEL = [
    ("model_name", "COMBO", "kling-v3", False),
    ("mode", "COMBO", "std", False),
    ("duration", "INT", 5, False),
]
CAST = [
    ("multi_shot", "KLING_MULTI_SHOT", NOTHING, True),
    *[(f"voice_{number}", "KLING_VOICE", NOTHING, True) for number in (1, 2)],
]
ELEMENTS = [(f"element_{number}", "KLING_ELEMENT", NOTHING, True) for number in (1, 2, 3)]
PROFILE = [("profile", "STRING", "", True), ("callback_url", "STRING", "", True)]
CAMERA = ("camera_control", "KLING_CAMERA_CONTROL", NOTHING, True)
CONTRACT: dict[str, tuple[list[tuple[str, str, Any, bool]], list[tuple[str, str]]]] = {
    "KlingText2Video": (
        [
            ("prompt", "STRING", "", False),
            *MODEL,
            ("aspect_ratio", "COMBO", "16:9", False),
            *SHARED,
            CAMERA,
            *PROFILE,
            *CAST,
        ],
        VIDEO_OUTPUTS,
    ),
    "KlingImage2Video": (
        [
            ("image", "IMAGE", NOTHING, False),
            ("prompt", "STRING", "", False),
            *MODEL,
            *SHARED,
            ("end_image", "IMAGE", NOTHING, True),
            CAMERA,
            ("aspect_ratio", "COMBO", "auto", True),
            *PROFILE,
            *CAST,
            *ELEMENTS,
        ],
        VIDEO_OUTPUTS,
    ),
    "KlingCameraControl": (
        [
            ("type", "COMBO", "simple", False),
            *[(axis, "FLOAT", 0.0, False) for axis in AXES],
        ],
        [("camera_control", "KLING_CAMERA_CONTROL")],
    ),
    "KlingCollect": (
        [
            ("key", "STRING", "", False),
            ("operation", "COMBO", "made on this machine", False),
            ("decode", "COMBO", "all", False),
            ("profile", "STRING", "", True),
        ],
        VIDEO_OUTPUTS,
    ),
    "KlingAccount": ([("profile", "STRING", "", True)], [("report", "STRING"), ("remaining_units", "FLOAT")]),
}


@pytest.mark.parametrize("node", CONTRACT)
def test_a_node_has_the_sockets_of_the_contract(pack: ModuleType, node: str) -> None:
    inputs, outputs = CONTRACT[node]
    schema = _nodes(pack)[node].define_schema()
    found = [
        (one.id, one.io_type, one.options.get("default", NOTHING), one.options.get("optional", False))
        for one in schema.inputs
    ]
    assert found == inputs
    assert [(one.id, one.io_type) for one in schema.outputs] == outputs
    assert schema.category.split("/")[0] == "Kling"
    assert not schema.is_api_node
    assert all(one.options.get("tooltip") for one in (*schema.inputs, *schema.outputs))


@pytest.mark.parametrize("node", ["KlingText2Video", "KlingImage2Video"])
def test_the_menus_hold_what_the_contract_says(pack: ModuleType, node: str) -> None:
    assert _options(pack, node, "mode")["options"] == ["std", "pro", "4k"]
    assert _options(pack, node, "decode")["options"] == ["all", "first", "last"]
    assert {"kling-v3", "kling-3.0-turbo", "kling-v2-6", "kling-v1"} <= set(
        _options(pack, node, "model_name")["options"]
    )
    assert ("kling-v1-5" in _options(pack, node, "model_name")["options"]) is (node == "KlingImage2Video")
    assert _options(pack, node, "seed")["max"] == 2**64 - 1
    assert (_options(pack, node, "cfg_scale")["min"], _options(pack, node, "cfg_scale")["max"]) == (0, 1)


def test_the_collecting_node_offers_every_operation_and_those_that_make_a_clip_first(pack: ModuleType) -> None:
    assert _options(pack, "KlingCollect", "decode")["options"] == ["all", "first", "last"]
    menu = _options(pack, "KlingCollect", "operation")["options"]
    assert menu[:5] == ["made on this machine", "text2video", "image2video", "omni-video", "multi-image2video"]
    assert {"motion-control", "video-extend", "effects", "advanced-lip-sync", "multi-elements", "lip-sync"} <= set(menu)


def test_the_account_node_can_stand_alone_and_is_asked_on_each_run(pack: ModuleType) -> None:
    node = _nodes(pack)["KlingAccount"]
    assert node.define_schema().is_output_node
    first = node.fingerprint_inputs(profile="")
    time.sleep(0.01)
    assert node.fingerprint_inputs(profile="") != first


def test_the_camera_node_has_the_moves_and_ranges_of_the_contract(pack: ModuleType) -> None:
    assert _options(pack, "KlingCameraControl", "type")["options"] == [
        "simple",
        "down_back",
        "forward_up",
        "right_turn_forward",
        "left_turn_forward",
    ]
    for axis in AXES:
        options = _options(pack, "KlingCameraControl", axis)
        assert (options["min"], options["max"]) == (-10, 10)


@pytest.mark.parametrize(
    ("node", "values", "said"),
    [
        ("KlingText2Video", {"model_name": "kling-v3", "mode": "4k", "duration": 15, "sound": True}, ""),
        ("KlingText2Video", {"model_name": "kling-v9", "mode": "4k", "duration": 60, "sound": True}, ""),
        ("KlingText2Video", {"model_name": "kling-3.0-turbo", "mode": "std", "duration": 5, "sound": False}, ""),
        ("KlingText2Video", {"model_name": None, "mode": "4k", "duration": 60}, ""),
        ("KlingText2Video", {"model_name": "kling-v2-6", "mode": None, "duration": 5, "sound": True}, ""),
        ("KlingText2Video", {"model_name": "kling-v1", "mode": "std", "duration": 5, "camera_control": None}, ""),
        ("KlingText2Video", {"model_name": "kling-v2-6", "duration": 7}, "Possible here: 5 s, 10 s."),
        ("KlingText2Video", {"model_name": "kling-v2-6", "mode": "std", "sound": True}, "with mode pro."),
        ("KlingText2Video", {"model_name": "kling-v2-6", "mode": "4k"}, "Possible here: std, pro."),
        ("KlingText2Video", {"model_name": "kling-v1-5"}, "cannot do text2video"),
        ("KlingText2Video", {"model_name": "kling-v3", "camera_control": None}, "camera_control is not possible"),
        ("KlingImage2Video", {"model_name": "kling-v3", "mode": "pro", "duration": 5, "end_image": None}, ""),
        ("KlingImage2Video", {"model_name": "kling-v1-5", "mode": "pro", "duration": 5, "camera_control": None}, ""),
        ("KlingImage2Video", {"model_name": "kling-v2-6", "mode": "std", "end_image": None}, "with mode pro."),
        ("KlingImage2Video", {"model_name": "kling-3.0-turbo", "end_image": None}, "a first frame alone."),
        ("KlingImage2Video", {"end_image": None, "camera_control": None}, "cannot be used together"),
        (
            "KlingCameraControl",
            dict.fromkeys(("type", "horizontal", "vertical", "pan", "tilt", "roll", "zoom"), 1.0),
            "'1.0'",
        ),
        ("KlingCollect", {"key": "kn-20261121-0123456789"}, ""),
        ("KlingCollect", {"key": " 829611643369439283 "}, ""),
        ("KlingCollect", {"key": None}, ""),
        ("KlingCollect", {"key": ""}, "key is empty."),
        ("KlingCollect", {"key": " \n"}, "a job key (kn-...) or a task id"),
    ],
)
def test_a_combination_is_judged_before_the_prompt_is_queued(
    pack: ModuleType, node: str, values: dict[str, Any], said: str
) -> None:
    answer = _nodes(pack)[node].validate_inputs(**values)
    assert said in answer and answer.endswith("Not charged.") if said else answer is True


@pytest.mark.parametrize(
    ("move", "said"),
    [
        ({"type": "simple", "pan": 5.0}, ""),
        ({"type": "down_back"}, ""),
        ({"type": "simple", "pan": None}, ""),
        ({"type": "simple"}, "has none"),
        ({"type": "simple", "pan": 5.0, "zoom": 1.0}, "has 2: pan 5, zoom 1"),
        ({"type": "down_back", "pan": 5.0}, "takes no axis values"),
        ({"type": "simple", "pan": 10.1}, "from -10 to 10"),
    ],
)
def test_a_camera_move_is_judged_before_the_prompt_is_queued(pack: ModuleType, move: dict[str, Any], said: str) -> None:
    node = _nodes(pack)["KlingCameraControl"]
    still = dict.fromkeys(AXES, 0.0)
    answer = node.validate_inputs(**still | move)
    assert said in answer and answer.endswith("Not charged.") if said else answer is True


def test_the_camera_node_hands_on_what_the_video_nodes_take(pack: ModuleType) -> None:
    (move,) = _nodes(pack)["KlingCameraControl"].execute(type="simple", zoom=-3.0).args
    assert move == _part(pack, "kling_api.operations").CameraControl("simple", zoom=-3.0)


def _run(pack: ModuleType, work: Callable[[Any, threading.Event], Any]) -> Any:
    return asyncio.run(_part(pack, "nodes.workers").run_at_once(work))


def _comfy() -> Any:
    return importlib.import_module("comfy.model_management")


def test_work_runs_in_a_thread_of_its_own_and_gives_its_result(pack: ModuleType) -> None:
    assert _run(pack, lambda _progress, _stop: threading.current_thread()) is not threading.current_thread()


def test_an_error_of_the_work_reaches_the_node_unchanged(pack: ModuleType) -> None:
    error = _part(pack, "kling_api.errors").InvalidRequest("Wrong.", "Right it.")

    def work(_progress: Any, _stop: threading.Event) -> None:
        raise error

    with pytest.raises(type(error)) as caught:
        _run(pack, work)
    assert caught.value is error


def test_stop_ends_the_node_within_a_second_with_comfyuis_own_exception(pack: ModuleType) -> None:
    stops: list[threading.Event] = []

    def work(_progress: Any, stop: threading.Event) -> None:
        stops.append(stop)
        assert stop.wait(20)
        raise _part(pack, "kling_api.errors").StillRunning("Stopped waiting.")

    threading.Timer(0.1, _comfy().interrupt_current_processing).start()
    begun = time.monotonic()
    with pytest.raises(_comfy().InterruptProcessingException):
        _run(pack, work)
    assert time.monotonic() - begun < 1.0
    assert stops[0].is_set()


@pytest.mark.parametrize(
    ("hears", "said"),
    [(True, "Stopped waiting.  \nIt is charged once when it finishes."), (False, "Stopped. What became")],
)
def test_a_stopped_node_says_what_became_of_its_job(
    pack: ModuleType, on_node_7: Callable[[Display], Display], hears: bool, said: str
) -> None:
    display, release = on_node_7(Display()), threading.Event()

    def work(_progress: Any, stop: threading.Event) -> None:
        assert (stop if hears else release).wait(20)
        raise _part(pack, "kling_api.errors").StillRunning("Stopped waiting.")

    _comfy().interrupt_current_processing()
    with pytest.raises(_comfy().InterruptProcessingException):
        _run(pack, work)
    release.set()
    assert display.texts[-1].startswith(said)


def test_work_that_does_not_hear_the_stop_goes_on_alone(pack: ModuleType) -> None:
    release, ended = threading.Event(), threading.Event()

    def work(_progress: Any, _stop: threading.Event) -> None:
        release.wait(20)
        ended.set()

    _comfy().interrupt_current_processing()
    begun = time.monotonic()
    with pytest.raises(_comfy().InterruptProcessingException):
        _run(pack, work)
    assert time.monotonic() - begun < 1.2
    assert not ended.is_set()
    release.set()
    assert ended.wait(5)


def test_the_loops_teardown_passes_through_and_sets_the_stop(pack: ModuleType) -> None:
    begun, stopped = threading.Event(), threading.Event()

    def work(_progress: Any, stop: threading.Event) -> None:
        begun.set()
        if stop.wait(20):
            stopped.set()

    async def scenario() -> None:
        task = asyncio.create_task(_part(pack, "nodes.workers").run_at_once(work))
        await asyncio.to_thread(begun.wait, 5)
        task.cancel()
        await task

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(scenario())
    assert stopped.wait(5)


def test_a_stopped_job_leaves_no_complaint_in_the_log(pack: ModuleType, caplog: pytest.LogCaptureFixture) -> None:
    def work(_progress: Any, stop: threading.Event) -> None:
        assert stop.wait(20)
        raise _part(pack, "kling_api.errors").StillRunning("Stopped waiting.")

    def run_and_stop() -> None:
        """In a frame of its own, so that nothing holds on to what the run has left behind."""
        with pytest.raises(_comfy().InterruptProcessingException):
            _run(pack, work)

    _comfy().interrupt_current_processing()
    run_and_stop()
    with caplog.at_level(logging.ERROR):
        gc.collect()
    assert caplog.records == []


def test_nodes_that_do_not_depend_on_each_other_run_side_by_side(pack: ModuleType) -> None:
    together = threading.Barrier(12)
    run = _part(pack, "nodes.workers").run_at_once

    async def scenario() -> list[Any]:
        return await asyncio.gather(*(run(lambda _progress, _stop: together.wait(10)) for _ in range(12)))

    assert sorted(asyncio.run(scenario())) == list(range(12))


def test_a_state_that_lasted_a_moment_is_shown_before_the_one_that_lasts(
    pack: ModuleType, on_node_7: Callable[[Display], Display], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_part(pack, "nodes.workers"), "LOOK", 0.05)
    monkeypatch.setattr(_part(pack, "nodes.workers"), "REPORT", 0.05)
    progress_of = _part(pack, "kling_api.watch").Progress

    def work(progress: Any, stop: threading.Event) -> None:
        progress(progress_of("submitting, about 3 units", 0.0, None, "kn-1", ""))
        progress(progress_of("submitted", 0.0, 60.0, "kn-1", "42"))
        for second in range(1, 4):
            progress(progress_of("processing", float(second), 60.0, "kn-1", "42"))
            stop.wait(0.15)

    display = on_node_7(Display())
    _run(pack, work)
    assert display.texts[0] == "submitting, about 3 units"
    assert display.texts[1] == "submitted, 0 of about 60 s, task 42"
    assert display.texts[-1] == "processing, 3 of about 60 s, task 42"


class Display:
    """Stands where ComfyUI's server does."""

    client_id = "the tab that queued the prompt"

    def __init__(self, error: BaseException | None = None) -> None:
        self.texts: list[str] = []
        self.tabs: set[str | None] = set()
        self._error = error

    def send_progress_text(self, text: str, _node_id: str, sid: str | None = None) -> None:
        self.texts.append(text)
        self.tabs.add(sid)
        if self._error:
            raise self._error


@pytest.fixture
def on_node_7(pack: ModuleType, monkeypatch: pytest.MonkeyPatch) -> Callable[[Display], Display]:
    """As if ComfyUI were executing node 7."""
    execution = importlib.import_module("comfy_execution.utils")
    server = importlib.import_module("server")
    monkeypatch.setattr(execution, "get_executing_context", lambda: type("Context", (), {"node_id": "7"}))

    def use(display: Display) -> Display:
        monkeypatch.setattr(server.PromptServer, "instance", display, raising=False)
        return display

    return use


def _busy(pack: ModuleType) -> Callable[[Any, threading.Event], str]:
    progress_of = _part(pack, "kling_api.watch").Progress

    def work(progress: Any, stop: threading.Event) -> str:
        for second in range(4):
            progress(progress_of("processing", float(second), 10.0, "kn-1", "42"))
            if stop.wait(0.1):
                break
        return "done"

    return work


def test_the_node_shows_how_the_job_is_doing(
    pack: ModuleType, on_node_7: Callable[[Display], Display], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_part(pack, "nodes.workers"), "LOOK", 0.05)
    monkeypatch.setattr(_part(pack, "nodes.workers"), "REPORT", 0.05)
    display = on_node_7(Display())
    assert _run(pack, _busy(pack)) == "done"
    assert len(display.texts) >= 3
    assert all(text.startswith("processing") and text.endswith("task 42") for text in display.texts)
    assert display.tabs == {Display.client_id}


class DisplayOfAll(Display):
    """As in a ComfyUI that knows no `sid` here."""

    def send_progress_text(self, text: str, _node_id: str) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        self.texts.append(text)


def test_a_comfyui_that_cannot_choose_the_tab_shows_the_progress_all_the_same(
    pack: ModuleType, on_node_7: Callable[[Display], Display]
) -> None:
    display = on_node_7(DisplayOfAll())
    assert _run(pack, _busy(pack)) == "done"
    assert display.texts


def test_a_display_that_breaks_does_not_break_the_job(
    pack: ModuleType, on_node_7: Callable[[Display], Display]
) -> None:
    display = on_node_7(Display(RuntimeError("the browser is gone")))
    assert _run(pack, _busy(pack)) == "done"
    assert display.texts


def test_a_stop_that_comes_as_an_answer_to_the_display_is_a_stop(
    pack: ModuleType, on_node_7: Callable[[Display], Display]
) -> None:
    on_node_7(Display(_comfy().InterruptProcessingException()))
    with pytest.raises(_comfy().InterruptProcessingException):
        _run(pack, _busy(pack))


def _state(provider: Sandbox) -> dict[str, Any]:
    return requests.get(f"{provider.url}/sandbox/state", timeout=10).json()


def test_a_job_is_collected_by_its_key_and_by_its_task_id_without_a_second_one(
    pack: ModuleType, provider: Sandbox, home: Path
) -> None:
    made = _execute(pack, "KlingText2Video", prompt="A paper boat", model_name="kling-v3", duration=3, decode="first")
    key = made.args[1].file.rpartition("/")[2].removesuffix(".mp4")
    for one in (key, f"  {made.args[4]}\n"):
        got = _execute(pack, "KlingCollect", key=one, decode="last")
        assert len(got.args) == 5
        assert [frames.shape for frames in got.args[0]] == [made.args[0].shape]
        assert got.args[1].file == made.args[1].file
        assert got.args[2]["waveform"].shape == made.args[2]["waveform"].shape
        assert got.args[3:] == made.args[3:]
    assert [_state(provider)[name] for name in ("tasks_made", "charges")] == [1, 1]


def test_a_job_is_asked_for_with_the_profile_that_made_it(
    pack: ModuleType, provider: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = _execute(pack, "KlingText2Video", prompt="A paper boat", model_name="kling-v3", duration=3, decode="first")
    monkeypatch.delenv("KLING_PROFILE")
    monkeypatch.delenv("KLING_BASE_URL")  # now the default profile has no key at all
    assert _execute(pack, "KlingCollect", key=made.args[4], decode="first").args[4] == made.args[4]


def test_a_key_that_arrives_empty_by_a_link_sends_nothing(pack: ModuleType, provider: Sandbox) -> None:
    before = _state(provider)["requests"]
    with pytest.raises(_part(pack, "kling_api.errors").InvalidRequest, match="key is empty"):
        _execute(pack, "KlingCollect", key=" ", operation="text2video")
    assert _state(provider)["requests"] == before


def test_a_key_that_nobody_knows_is_said_before_a_key_of_the_account_is_missed(pack: ModuleType, home: Path) -> None:
    with pytest.raises(_part(pack, "kling_api.errors").InvalidRequest) as caught:
        _execute(pack, "KlingCollect", key=f"kn-{'0' * 3000}")
    assert "There is no such job or task on this machine." in str(caught.value)
    assert "the node Kling Account lists open jobs" in str(caught.value)


def test_the_node_says_that_a_clip_was_paid_before(
    pack: ModuleType, provider: Sandbox, on_node_7: Callable[[Display], Display]
) -> None:
    request = {"prompt": "A paper boat", "model_name": "kling-v3", "duration": 3, "decode": "first"}
    for last_words in ("done, 1.8 units (sandbox, free), task ", "done, made before (sandbox, free), task "):
        display = on_node_7(Display())
        made = _execute(pack, "KlingText2Video", **request)
        assert display.texts[-1].startswith(last_words)
    display = on_node_7(Display())
    _execute(pack, "KlingCollect", key=made.args[4], decode="first")
    assert display.texts[-1].startswith("done, made before (sandbox, free), task ")


def test_the_node_ends_with_what_its_user_should_know(
    pack: ModuleType, provider: Sandbox, on_node_7: Callable[[Display], Display]
) -> None:
    display = on_node_7(Display())
    request = {"prompt": "A paper boat", "model_name": "kling-v1", "duration": 5, "decode": "first"}
    _execute(pack, "KlingText2Video", **request)
    first, *warnings = display.texts[-1].split("\n")
    assert first.startswith("done, 1 units (sandbox, free), task ")
    assert [line.startswith("Warning: Kling announced the retirement of kling-v1 for") for line in warnings] == [True]


def test_a_warning_names_inputs_and_stands_in_a_line_of_its_own(pack: ModuleType) -> None:
    result = _part(pack, "kling_api.client").Result("kn-1", "42", (), "3.5", warnings=("No image_tail.", "Old."))
    said = str(_part(pack, "nodes.clips").last_words(result, "done"))
    assert said == "done, 3.5 units, task 42\nWarning: No end_image.\nWarning: Old."


#: What the library says, and what a node says then.
WORDED = [
    ("video_url has 120.0 MB; Kling takes 100.", "video has 120.0 MB; Kling takes 100."),
    ("refer_video lasts 9.0 s; Kling takes 3 to 8 s.", "video lasts 9.0 s; Kling takes 3 to 8 s."),
    ("image_url is 200 x 400 pixels", "image is 200 x 400 pixels"),
    ("The end frame (image_tail) is 200 x 400 pixels", "The end frame (end_image) is 200 x 400 pixels"),
    ("image_list, picture 2, is 200 x 400 pixels", "image_2 is 200 x 400 pixels"),
    ("image_list, picture 2, is not an http(s) URL.", "image_urls, picture 2, is not an http(s) URL."),
    ("frontal_image is not an http(s) URL.", "frontal_image_url is not an http(s) URL."),
    ("sound_file lasts 1.0 s.", "audio lasts 1.0 s."),
    ("callback_url is not an http(s) URL.", "callback_url is not an http(s) URL."),
    (
        "voice_url is not an http(s) URL. Give one. kling_api.media.read_sound reads a sound from a file.",
        "audio_url is not an http(s) URL. Give one.",
    ),
    ("element_list is not possible with kling-v1.", "element_1 ... is not possible with kling-v1."),
    ("voice_list is given, but sound is off.", "voice_1 ... is given, but sound is off."),
    ("Two images are given.", "Two images are given."),
    ("image_url is not an http(s) URL.", "image_url is not an http(s) URL."),
    ("image and image_url are both given.", "image and image_url are both given."),
    ("Of video_url, video_id, video, none is given.", "Of video_url, video_id, video, none is given."),
    (
        "video_url is not possible for omni-video with kling-video-o1.",
        "video is not possible for omni-video with kling-video-o1.",
    ),
    ("Pick one with the node `ImageFromBatch` (in Python: `images[i]`).", "Pick one with the node `ImageFromBatch`."),
    ("Give a Still (kling_api.media.read_still reads a file), or a URL.", "Give a Still, or a URL."),
]


@pytest.mark.parametrize(("library", "node"), WORDED)
def test_a_field_of_the_library_is_an_input_of_the_node(pack: ModuleType, library: str, node: str) -> None:
    wrong = _part(pack, "kling_api.errors").InvalidRequest
    assert _part(pack, "nodes.wording").told(library) == node

    def work(_progress: Any, _stop: threading.Event) -> None:
        raise wrong(library, library)

    with pytest.raises(wrong) as caught:
        _run(pack, work)
    assert (caught.value.what, caught.value.advice) == (node, node)


@pytest.mark.parametrize("node", ["KlingText2Video", "KlingImage2Video", "KlingCollect", "KlingAccount"])
def test_a_tooltip_says_where_the_names_of_profiles_are_kept(pack: ModuleType, node: str) -> None:
    assert "A name from user/__kling/profiles.toml, never a key." in _options(pack, node, "profile")["tooltip"]


def test_every_example_workflow_uses_values_that_the_menus_have(pack: ModuleType) -> None:
    example = json.loads((ROOT / "example_workflows" / "collect_a_job.json").read_text(encoding="utf-8"))
    (node,) = [node for node in example["nodes"] if node["type"] == "KlingCollect"]
    assert node["widgets_values"][1] == _options(pack, "KlingCollect", "operation")["default"]


def test_the_account_node_gives_the_pack_as_text_and_as_a_number(
    pack: ModuleType, provider: Sandbox, on_node_7: Callable[[Display], Display]
) -> None:
    display = on_node_7(Display())
    shown = _execute(pack, "KlingAccount")
    report, remaining = shown.args
    assert remaining == 100_000
    assert "Trial-Video-100000Units-5Con-1Months: 100000 of 100000 units, online" in report
    assert shown.ui == {"text": (report,)}
    assert display.texts[-1] == report.replace("\n", "  \n")  # line ends, as Markdown has them


def test_an_account_of_a_wrong_key_is_an_error(
    pack: ModuleType, provider: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KLING_PROFILE", "default")
    monkeypatch.setenv("KLING_API_KEY", "api-key-kling-of-nobody")
    with pytest.raises(_part(pack, "kling_api.errors").Refused) as caught:
        _execute(pack, "KlingAccount")
    assert str(caught.value).count("\n") == 2
    assert "the key is not accepted" in str(caught.value)
    assert "of-nobody" not in str(caught.value)
