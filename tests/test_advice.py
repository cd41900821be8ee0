"""What the editor tells while the artist edits: of the same data as the checks and the price, for every node."""

from __future__ import annotations

import asyncio
import importlib
import inspect
import json
import re
import time
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import torch
from conftest import nodes_of, part_of
from example_graphs.definitions import Definition, definitions
from make_examples import FOLDER
from test_every_node import NODES

from kling_api import capabilities
from kling_api.dialects import DIALECTS
from kling_api.ledger import Ledger
from kling_api.media import write_clip
from kling_api.sandbox.server import Sandbox
from kling_api.settings import sandbox_names

FILES = sorted(FOLDER.glob("*.json"))
CLIP = {
    "prompt": "A boat",
    "model_name": "kling-v3",
    "mode": "std",
    "duration": 5,
    "aspect_ratio": "16:9",
    "negative_prompt": "",
    "cfg_scale": 0.5,
    "sound": False,
    "seed": 0,
    "decode": "all",
    "profile": "",
    "callback_url": "",
}


@pytest.fixture
def in_sandbox(monkeypatch: pytest.MonkeyPatch, pack: ModuleType) -> ModuleType:
    """The pack; without a setting, the profile is the sandbox."""
    monkeypatch.setenv("KLING_PROFILE", "sandbox")
    return pack


def advise(pack: ModuleType, node: str, language: str = "en", /, **inputs: Any) -> dict[str, Any]:
    answer = part_of(pack, "nodes.advice").advise(node, inputs, language)
    assert json.loads(json.dumps(answer)) == answer
    return answer


def test_every_node_that_orders_something_has_its_advice(pack: ModuleType) -> None:
    orders = part_of(pack, "nodes.orders").orders()
    assert {(order.kind, name) for name, order in orders.items()} == {(kind, node) for kind, (node, _) in NODES.items()}


def test_every_input_in_the_table_is_one_of_the_node_and_every_field_one_of_the_operation(pack: ModuleType) -> None:
    known, values = nodes_of(pack), part_of(pack, "nodes.order_values")
    for name, order in part_of(pack, "nodes.orders").orders().items():
        inputs = {one.id for one in known[name].define_schema().inputs}
        assert set(order.brought) <= values.names_of(order.kind), name
        assert {one for field in order.brought for one in order.inputs_of(field)} <= inputs, name
        assert set(values.plain_inputs(order)) <= inputs, name
        assert not order.made_before or order.made_before in inputs, name


def test_the_options_follow_the_model(in_sandbox: ModuleType) -> None:
    told = {
        model: advise(in_sandbox, "KlingText2Video", **CLIP | {"model_name": model})
        for model in ("kling-v3", "kling-v2-6", "kling-v1")
    }
    assert told["kling-v3"]["options"] == {"duration": list(range(3, 16))}
    assert told["kling-v2-6"]["options"] == {"mode": ["std", "pro"], "duration": [5, 10]}
    assert told["kling-v1"]["options"] == {"mode": ["std", "pro"], "duration": [5, 10], "sound": [False]}
    assert [told[model]["units"] for model in told] == ["3", "1.5", "1"]


def test_what_a_model_does_not_take_is_named_with_the_reason(in_sandbox: ModuleType) -> None:
    turbo = advise(in_sandbox, "KlingText2Video", **CLIP | {"model_name": "kling-3.0-turbo"})["unused"]
    assert turbo["negative_prompt"] == "kling-3.0-turbo has no negative_prompt."
    assert "is not sent" in turbo["cfg_scale"]
    assert "always makes sound" in turbo["sound"]
    assert {"camera_control", "voice_1", "voice_2"} <= set(turbo)
    assert "multi_shot" not in turbo
    first = advise(in_sandbox, "KlingImage2Video", **CLIP | {"model_name": "kling-v2-6", "image": None})["unused"]
    assert not {"end_image", "voice_1", "negative_prompt"} & set(first)  # in mode pro, or with sound
    assert {"camera_control", "multi_shot", "element_1", "aspect_ratio"} <= set(first)


def test_the_options_agree_with_the_capabilities_of_every_model(in_sandbox: ModuleType) -> None:
    for kind, (node, _) in NODES.items():
        for model in capabilities.models_for(kind):
            told = advise(in_sandbox, node, model_name=model)
            for mode in capabilities.modes() if "mode" in told["options"] else ():
                possible = not capabilities.problem(model, kind, {"mode": mode})
                assert possible == (mode in told["options"]["mode"]), (node, model, mode)


def test_a_combination_that_cannot_be_is_told_in_the_words_of_the_check_before_run(in_sandbox: ModuleType) -> None:
    inputs = CLIP | {"model_name": "kling-v2-6", "duration": 7, "mode": "4k"}
    named = ("model_name", "mode", "duration", "sound", "profile")
    said = nodes_of(in_sandbox)["KlingText2Video"].validate_inputs(**{name: inputs[name] for name in named})
    told = advise(in_sandbox, "KlingText2Video", **inputs)
    assert told["problem"] == " ".join(said.splitlines()[:-1])
    assert (told["units"], told["price"]["units"], told["text"]) == (None, None, "")


def test_a_problem_is_told_in_the_readers_language_without_saying_that_nothing_was_sent(in_sandbox: ModuleType) -> None:
    with part_of(in_sandbox, "nodes.language").speaking("zh"):
        for language, unsent in (("en", "Not charged"), ("zh", "未扣费")):
            told = advise(in_sandbox, "KlingLipSync", language, audio=None)["problem"]
            assert unsent not in told
            assert ("只能" in told) == (language == "zh")


def test_what_only_the_order_itself_would_refuse_is_told_as_well(in_sandbox: ModuleType) -> None:
    inputs = CLIP | {"model_name": "kling-3.0", "negative_prompt": "rain"}
    assert advise(in_sandbox, "KlingText2Video", **inputs)["problem"].startswith("kling-3.0 has no negative_prompt.")
    long = {"length": 2600, "text": ""}
    assert "2600 characters" in advise(in_sandbox, "KlingText2Video", **CLIP | {"prompt": long})["problem"]


def test_a_text_or_a_picture_that_is_missing_is_told(in_sandbox: ModuleType) -> None:
    for prompt in ("", " \n"):
        told = advise(in_sandbox, "KlingText2Video", **CLIP | {"prompt": prompt})
        assert told["problem"] == "prompt is empty. Write what the clip should show."
    assert not advise(in_sandbox, "KlingText2Video", **CLIP | {"prompt": None})["problem"]
    assert not advise(in_sandbox, "KlingText2Video", **CLIP | {"prompt": "", "multi_shot": None})["problem"]
    told = advise(in_sandbox, "KlingImage2Video", **CLIP | {"prompt": ""})
    assert told["problem"] == "A picture is missing. Connect one to image."
    assert not advise(in_sandbox, "KlingImage2Video", **CLIP | {"prompt": "", "image": None})["problem"]


def test_every_new_node_says_what_it_lacks_and_no_price(in_sandbox: ModuleType) -> None:
    values = part_of(in_sandbox, "nodes.order_values")
    for name, order in part_of(in_sandbox, "nodes.orders").orders().items():
        inputs = {one: _first(*about) for one, about in values.plain_inputs(order).items()}
        if "model_name" in inputs:
            inputs["model_name"] = capabilities.default_model(order.kind)
        for language in ("en", "zh"):
            told = advise(in_sandbox, name, language, **inputs)
            assert told["problem"], name
            assert (told["units"], told["text"]) == (None, ""), name
            assert bool(re.search(r"[\u4e00-\u9fff]", told["problem"])) == (language == "zh"), told["problem"]


def _first(sort: str, default: Any) -> Any:
    return default if default is not inspect.Parameter.empty else {"str": ""}.get(sort, 0)


def test_what_is_linked_counts_when_a_live_model_is_named(in_sandbox: ModuleType) -> None:
    """As the run does, which knows what comes through the links."""
    clip = CLIP | {"model_name": "kling-v1"}
    for linked, able in (
        ({}, "Nearest live model: "),
        ({"camera_control": None}, "No live model can do what is asked"),
    ):
        [note] = advise(in_sandbox, "KlingText2Video", **clip, **linked)["notes"]
        assert able in note
    pictures = CLIP | {"model_name": "kling-v1-5", "mode": "pro", "image": None, "aspect_ratio": "auto"}
    for linked, able in (({"end_image": None}, "Nearest live model: "), ({"camera_control": None}, "No live model")):
        [note] = advise(in_sandbox, "KlingImage2Video", **pictures, **linked)["notes"]
        assert able in note


def test_a_model_that_ignores_cfg_scale_is_told_and_of_kling_v3_nobody_knows(in_sandbox: ModuleType) -> None:
    told = {
        model: advise(in_sandbox, "KlingText2Video", **CLIP | {"model_name": model})["unused"].get("cfg_scale", "")
        for model in capabilities.models_for("text2video")
    }
    assert told.pop("kling-v3") == ""
    assert {model for model, why in told.items() if not why} == {"kling-v1-6", "kling-v1"}
    assert told["kling-v2-6"] == "kling-v2-6 does not use cfg_scale."
    at_kie = advise(
        in_sandbox, "KlingText2Video", **CLIP | {"model_name": "kling-v2-5-turbo", "profile": "sandbox-kie"}
    )
    assert "cfg_scale" not in at_kie["unused"]


def test_the_sandbox_is_told_to_be_free(in_sandbox: ModuleType) -> None:
    told = advise(in_sandbox, "KlingText2Video", **CLIP)
    assert (told["free"], told["text"]) == (True, "About 3 units. The sandbox is free.")
    assert advise(in_sandbox, "KlingText2Video", "zh", **CLIP)["text"] == "约 3 积分。沙盒不收费。"


def test_what_costs_nothing_is_free(pack: ModuleType, home: Path) -> None:
    _profiles(home, "")
    inputs = {"element_name": "x", "element_description": "x", "frontal_image": None, "refer_images": None}
    told = advise(pack, "KlingElement", **inputs)
    assert (told["problem"], told["text"], told["free"]) == ("", "Free of charge.", False)


def test_a_profile_that_cannot_pay_is_told_in_the_words_of_the_run(pack: ModuleType, home: Path) -> None:
    told = advise(pack, "KlingText2Video", **CLIP)
    assert (told["problem"], told["units"]) == ("Profile default has no key.", None)
    assert advise(pack, "KlingText2Video", **CLIP | {"profile": "sandbox"})["problem"] == ""
    _profiles(home, "")
    assert advise(pack, "KlingText2Video", **CLIP)["problem"] == ""
    told = advise(pack, "KlingText2Video", "zh", **CLIP | {"profile": "studioo", "prompt": ""})
    assert len(told["problem"].splitlines()) == 2
    assert "studioo" in told["problem"].splitlines()[0]
    assert advise(pack, "KlingText2Video", **CLIP | {"profile": None})["price"]["is"] == "depends"
    assert [path.name for path in home.iterdir()] == ["profiles.toml"]


def test_a_budget_that_would_be_passed_is_told_as_the_run_tells_it(
    pack: ModuleType, provider: Sandbox, home: Path, in_haste: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("KLING_PROFILE")
    monkeypatch.delenv("KLING_BASE_URL")
    _profiles(home, f'base_url = "{provider.url}"\nbudget_per_day = 4\n')
    assert advise(pack, "KlingText2Video", **CLIP)["units"] == "3"
    assert not (home / "ledger.sqlite3").exists()
    assert advise(pack, "KlingText2Video", **CLIP | {"duration": 7})["problem"] == (
        "The budget of profile default does not allow this job: it costs about 4.2 units; 0 of 4 units today are spent "
        "or promised (budget_per_day)."
    )
    node = nodes_of(pack)["KlingText2Video"]
    _run(node, CLIP | {"decode": "first"})
    told = advise(pack, "KlingText2Video", **CLIP)["problem"]
    assert "3 of 4 units today" in told
    with pytest.raises(part_of(pack, "kling_api.errors").OverBudget) as caught:
        _run(node, CLIP | {"seed": 1})
    assert str(caught.value).splitlines()[0] == told
    assert advise(pack, "KlingMotionControl", model_name="kling-v2-6", video=None, image=None)["problem"] == ""
    _run(node, CLIP | {"model_name": "kling-v1", "decode": "first"})
    told = advise(pack, "KlingMotionControl", model_name="kling-v2-6", video=None, image=None)["problem"]
    assert told == "What is left of the budget of profile default is not enough for this job."
    unpriced = advise(pack, "KlingText2Video", **CLIP | {"model_name": "kling-v9"})["problem"]
    assert "no price is known" in unpriced


def _profiles(home: Path, more: str) -> None:
    text = f'[default]\napi_key = "api-key-kling-sandbox"\n{more}'
    (home / "profiles.toml").write_text(text, encoding="utf-8")


def test_a_model_that_nobody_knows_restricts_nothing_and_is_told_to_be_passed_on(in_sandbox: ModuleType) -> None:
    told = advise(in_sandbox, "KlingText2Video", **CLIP | {"model_name": "kling-v9"})
    assert (told["options"], told["unused"], told["problem"], told["units"]) == ({}, {}, "", None)
    assert "passed on" in told["notes"][0]


@pytest.mark.parametrize(
    ("node", "inputs", "price"),
    [
        ("KlingText2Video", CLIP | {"duration": None}, {"is": "second", "units": "0.6"}),
        ("KlingText2Video", CLIP | {"mode": None}, {"is": "depends", "on": "mode"}),
        ("KlingText2Video", CLIP | {"prompt": None, "multi_shot": None}, {"is": "exact", "units": "3"}),
        (
            "KlingMotionControl",
            {"model_name": "kling-v2-6", "video": None, "image": None},
            {"is": "second", "units": "0.5"},
        ),
        ("KlingAvatar", {"image": None, "text": "Hello"}, {"is": "second", "units": "0.4", "beside": "0.05"}),
        ("KlingLipSync", {"video_id": None, "audio": None}, {"is": "from", "units": "0.55"}),
        ("KlingLipSync", {"video_id": None, "audio": None, "sound_end_time": 9000}, {"is": "exact", "units": "1.05"}),
        ("KlingVoice", {"voice_id": "829824295735410756"}, {"is": "nothing", "units": "0"}),
        (
            "KlingOmniImage",
            {"prompt": "x", "model_name": "kling-v3-omni", "result_type": "series", "series_amount": 0},
            {"is": "unknown"},
        ),
    ],
)
def test_a_price_is_exact_or_says_what_it_depends_on(
    in_sandbox: ModuleType, node: str, inputs: dict[str, Any], price: dict[str, str]
) -> None:
    told = advise(in_sandbox, node, **inputs)
    assert price.items() <= told["price"].items()
    assert (told["units"] is not None) == (price["is"] in ("exact", "nothing"))


@pytest.mark.parametrize("profile", sandbox_names())
def test_every_node_has_advice_at_every_provider(in_sandbox: ModuleType, profile: str) -> None:
    for kind, (node, _) in NODES.items():
        for model in ("", *capabilities.models_for(kind), "kling-v9"):
            told = advise(in_sandbox, node, **({"model_name": model} if model else {}), prompt="x", profile=profile)
            dialect = DIALECTS[profile.removeprefix("sandbox").removeprefix("-") or "official"]
            assert told["unit"]
            if not dialect.fields(kind) and node != "KlingVirtualTryOn":
                assert told["problem"]
                assert not told["options"]
            for name, values in told["options"].items():
                assert values, (node, model, name)


def test_advice_is_there_in_a_moment(pack: ModuleType, home: Path) -> None:
    """With a budget, of a ledger that has seen a lot."""
    _profiles(home, "budget_per_day = 400000\n")
    _many_jobs(pack, home)
    in_sandbox = pack
    advise(in_sandbox, "KlingImage2Video", **CLIP)
    took = []
    for duration in range(1, 41):
        begun = time.perf_counter()
        advise(in_sandbox, "KlingImage2Video", **CLIP | {"duration": duration, "image": None})
        took.append(time.perf_counter() - begun)
    assert sorted(took)[20] < 0.02


def _many_jobs(pack: ModuleType, home: Path) -> None:
    ledger = part_of(pack, "kling_api.ledger").open_ledger(home)
    job = part_of(pack, "kling_api.job").NewJob(
        *("f", "a", "default", "official", "/v1", "text2video", "kling-v3", "std", 5, "3")
    )
    with ledger._transaction():
        for number in range(3000):
            claim = ledger._insert(replace(job, fingerprint=str(number)))
            ledger._connection.execute(
                "UPDATE jobs SET state = 'collected', owner = '' WHERE key = ?", (claim.job.key,)
            )


def test_an_input_that_is_no_input_or_no_value_changes_nothing(in_sandbox: ModuleType) -> None:
    usual = advise(in_sandbox, "KlingText2Video", **CLIP)
    assert advise(in_sandbox, "KlingText2Video", **CLIP, nonsense=[1], camera=None) == usual
    assert advise(in_sandbox, "KlingText2Video", **CLIP | {"duration": "5"}) == usual
    with pytest.raises(KeyError):
        advise(in_sandbox, "KlingAccount")


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_no_example_has_a_problem_and_each_costs_what_the_ledger_expects(
    pack: ModuleType, provider: Sandbox, home: Path, tmp_path: Path, in_haste: None, file: Path
) -> None:
    """Each node is run on what the nodes before it have made, as ComfyUI does."""
    assert provider.url
    graph, known = json.loads(file.read_text(encoding="utf-8")), nodes_of(pack)
    links = {number: (source, output) for number, source, output, *_ in graph["links"]}
    made: dict[int, tuple[Any, ...]] = {}
    clip = _clip(tmp_path / "clip.mp4")
    for node in _in_order(graph):
        if node["type"] == "LoadImage":
            made[node["id"]] = (_picture(),)
        if not node["type"].startswith("Kling") or node["type"] in ("KlingAccount", "KlingCollect", "KlingEstimate"):
            continue
        values, linked = _inputs(node, definitions(known)[node["type"]])
        sources = {name: links[number] for name, number in linked.items()}
        given = values | {name: _one(made[source][output], clip) for name, (source, output) in sources.items()}
        before = {job.key for job in Ledger(home).jobs()}
        made[node["id"]] = _run(known[node["type"]], given | _plainer(values, node["id"]))
        if node["type"] in part_of(pack, "nodes.orders").orders():
            told = advise(pack, node["type"], **values | dict.fromkeys(linked))
            assert told["problem"] == "", node["type"]
            _compare(told["price"], [job for job in Ledger(home).jobs() if job.key not in before])


def _plainer(values: dict[str, Any], seed: int) -> dict[str, Any]:
    """What costs the same and is drawn once for all examples."""
    plain = {"decode": "first", "prompt": "A boat", "seed": seed}
    return {name: plain[name] for name in plain if name in values and "<<<" not in str(values[name])}


def _compare(price: dict[str, str], jobs: list[Any]) -> None:
    if price["is"] == "unknown":
        assert [job.estimate for job in jobs] == [""]
        return
    expected = sum((Decimal(job.estimate) for job in jobs), Decimal(0))
    units, beside = Decimal(price["units"]), Decimal(price["beside"])
    if price["is"] == "exact":
        assert units == expected
    elif price["is"] == "second":
        assert (expected - beside) % units == 0
    else:
        assert price["is"] == "from"
        assert units <= expected


def _in_order(graph: dict[str, Any]) -> list[dict[str, Any]]:
    """Each node after those that it needs."""
    needs = {node["id"]: {link[1] for link in graph["links"] if link[3] == node["id"]} for node in graph["nodes"]}
    ready: list[int] = []
    while len(ready) < len(needs):
        ready += [one for one, before in needs.items() if one not in ready and before <= set(ready)][:1]
    by_id = {node["id"]: node for node in graph["nodes"]}
    return [by_id[one] for one in ready]


def _inputs(node: dict[str, Any], definition: Definition) -> tuple[dict[str, Any], dict[str, int]]:
    """The values of the widgets, and the links."""
    values, given = iter(node.get("widgets_values", [])), {}
    for widget in definition.widgets:
        given[widget.name] = next(values)
        if widget.beside:
            next(values)
    linked = {socket["name"]: socket["link"] for socket in node["inputs"] if socket["link"] is not None}
    return {name: value for name, value in given.items() if name not in linked}, linked


def _run(node: Any, given: dict[str, Any]) -> tuple[Any, ...]:
    result = node.execute(**given)
    return (asyncio.run(result) if asyncio.iscoroutine(result) else result).args


def _one(value: Any, clip: Any) -> Any:
    """What the sandbox has drawn here is too small to be sent to Kling."""
    first = value[0] if isinstance(value, list) else value
    if isinstance(first, torch.Tensor) and first.ndim == 4:
        return _picture()
    return clip if isinstance(first, type(clip)) else first


def _clip(path: Path) -> Any:
    write_clip(path, [np.full((720, 720, 3), 80, np.uint8)] * 84, (720, 720), 24)
    return importlib.import_module("comfy_api.v0_0_2").InputImpl.VideoFromFile(str(path))


def _picture() -> torch.Tensor:
    return torch.linspace(0, 1, 512).repeat(512, 1)[None, :, :, None].repeat(1, 1, 1, 3)
