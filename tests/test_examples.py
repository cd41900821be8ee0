"""The example workflows as files: each fits the nodes as they are now. That they run is tested in a real ComfyUI."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Mapping
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from example_graphs import EXAMPLES
from example_graphs.definitions import Definition, Input, definitions
from make_examples import BEFORE, FOLDER, OWN_PICTURE, TITLE, as_file, least_height

from kling_api.models import image_models, video_models

FILES = sorted(FOLDER.glob("*.json"))
KINDS = {"STRING": str, "INT": int, "FLOAT": (int, float), "BOOLEAN": bool, "COMBO": str}
#: What a key, a token or an address looks like.
SECRET = re.compile(r"api-key|\bsk-|AKIA|Bearer|eyJ\w|https?://|[\w+/]{41,}", re.IGNORECASE)
#: A node's position and size, with its title.
Box = tuple[float, float, float, float]
each_file = pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)


@pytest.fixture(scope="module")
def known(nodes: dict[str, Any]) -> dict[str, Definition]:
    return definitions(nodes)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_the_file_is_made_from_what_is_told_of_it(example: Any, known: dict[str, Definition]) -> None:
    text = (FOLDER / f"{example.name}.json").read_text(encoding="utf-8")
    assert text == as_file(example, known), "run: python tests/make_examples.py"


def test_there_is_a_file_for_each_example_and_no_other() -> None:
    assert [file.stem for file in FILES] == sorted(example.name for example in EXAMPLES)


def test_every_node_of_the_pack_stands_in_an_example(nodes: dict[str, Any]) -> None:
    used = {node["type"] for file in FILES for node in _read(file)["nodes"]}
    assert not set(nodes) - used


@each_file
def test_every_node_is_known_and_its_widgets_have_values_that_they_take(
    file: Path, known: dict[str, Definition]
) -> None:
    for node in _read(file)["nodes"]:
        values = list(node.get("widgets_values", []))
        for widget in known[node["type"]].widgets:
            assert _fits(values.pop(0), widget), f"{node['type']}.{widget.name}"
            if widget.beside:
                assert values.pop(0) == widget.beside
        assert not values, node["type"]


@each_file
def test_every_link_joins_an_output_to_an_input_of_its_type(file: Path, known: dict[str, Definition]) -> None:
    workflow = _read(file)
    by_id = {node["id"]: node for node in workflow["nodes"]}
    assert len(by_id) == len(workflow["nodes"])
    for number, source, output, target, slot, kind in workflow["links"]:
        name, made = known[by_id[source]["type"]].outputs[output]
        socket = by_id[target]["inputs"][slot]
        assert by_id[source]["outputs"][output]["name"] == name
        assert number in by_id[source]["outputs"][output]["links"]
        assert socket["link"] == number
        assert kind == made
        assert known[by_id[target]["type"]].input(socket["name"]).type in (made, "*")


@each_file
def test_every_socket_that_is_required_is_linked(file: Path, known: dict[str, Definition]) -> None:
    for node in _read(file)["nodes"]:
        linked = {socket["name"] for socket in node["inputs"] if socket["link"] is not None}
        sockets = [one for one in known[node["type"]].inputs if not one.is_widget]
        assert not [one.name for one in sockets if not one.optional and one.name not in linked], node["type"]
        assert {one.name for one in sockets} <= {socket["name"] for socket in node["inputs"]}


@each_file
def test_no_node_refuses_what_the_example_gives_it(
    file: Path, nodes: dict[str, Any], known: dict[str, Definition], home: Path
) -> None:
    for node in _read(file)["nodes"]:
        check = getattr(nodes.get(node["type"]), "validate_inputs", None)
        if check is not None and node["type"] != "KlingCollect":  # it asks for a key
            given = _given(node, known[node["type"]])
            answer = check(**{name: given[name] for name in inspect.signature(check).parameters if name in given})
            assert answer is True, f"{node['type']}: {answer}"


@each_file
def test_no_file_holds_a_key_an_address_or_a_profile(file: Path, known: dict[str, Definition]) -> None:
    for node in _read(file)["nodes"]:
        for value in node.get("widgets_values", []):
            assert not SECRET.search(str(value)), value
        assert not _given(node, known[node["type"]]).get("profile")


@each_file
def test_no_node_lies_on_another_and_none_is_too_small(file: Path, known: dict[str, Definition]) -> None:
    placed = _read(file)["nodes"]
    for node in placed:
        assert node["size"][1] >= least_height(known[node["type"]]), node["type"]
    for one, other in combinations(placed, 2):
        assert not _overlap(_box(one), _box(other)), f"{one['type']} {one['id']}, {other['type']} {other['id']}"


@each_file
def test_the_note_says_what_it_does_and_costs_in_both_languages(file: Path) -> None:
    (note,) = [node["widgets_values"][0] for node in _read(file)["nodes"] if node["type"] == "MarkdownNote"]
    assert re.search(r"\*\*Cost\*\*: (nothing|about [\d.]+ (image )?units .*of \d{4}-\d\d-\d\d)", note)
    assert re.search(r"免费。|费用：约 [\d.]+ (图片)?积分", note)
    for line in re.findall(r"workflow `(\w+)`", note):
        assert (FOLDER / f"{line}.json").exists()


@each_file
def test_a_group_is_titled_in_both_languages_within_its_box(file: Path) -> None:
    for group in _read(file)["groups"]:
        title, size = group["title"], group["font_size"]
        assert re.fullmatch(r"\d  [A-Z][A-Za-z, -]+ / [\u3000-\u9fff]+", title), title
        wide = sum(size if ord(letter) > 0x2E80 else size / 2 for letter in title)
        assert wide < group["bounding"][2], title


@each_file
def test_whoever_loads_a_picture_is_told_to_choose_their_own(file: Path) -> None:
    nodes = _read(file)["nodes"]
    (note,) = [node["widgets_values"][0] for node in nodes if node["type"] == "MarkdownNote"]
    assert (OWN_PICTURE in note) == any(node["type"] == "LoadImage" for node in nodes)


@each_file
def test_a_note_begins_with_the_model_that_retires_and_what_is_paid_for_by_then(
    file: Path, known: dict[str, Definition]
) -> None:
    (note,) = [node["widgets_values"][0] for node in _read(file)["nodes"] if node["type"] == "MarkdownNote"]
    for node in _read(file)["nodes"]:
        models = video_models() if ("video", "VIDEO") in known[node["type"]].outputs else image_models()
        model = models.get(_given(node, known[node["type"]]).get("model_name", ""))
        if model and model.retired:
            (english, chinese) = (
                next(line for line in note.splitlines() if line.startswith(words)) for words in BEFORE
            )
            assert note.splitlines()[2] == english
            assert re.search(rf"`{model.id}`.* announced its end for {model.retired}.* paid for by then", english)
            assert f"`{model.id}`" in chinese
            assert f"宣布它于 {model.retired} 下线" in chinese


def _read(file: Path) -> dict[str, Any]:
    return json.loads(file.read_text(encoding="utf-8"))


def _fits(value: Any, widget: Input) -> bool:
    if not isinstance(value, KINDS[widget.type]) or (isinstance(value, bool) and widget.type != "BOOLEAN"):
        return False
    if (widget.least is not None and value < widget.least) or (widget.most is not None and value > widget.most):
        return False
    return not widget.options or value in widget.options


def _given(node: Mapping[str, Any], definition: Definition) -> dict[str, Any]:
    """The inputs by name; what is linked is None, as in validate_inputs."""
    values, given = iter(node.get("widgets_values", [])), {}
    for widget in definition.widgets:
        given[widget.name] = next(values)
        if widget.beside:
            next(values)
    return given | {socket["name"]: None for socket in node["inputs"] if socket["link"] is not None}


def _box(node: Mapping[str, Any]) -> Box:
    (x, y), (width, height) = node["pos"], node["size"]
    return x, y - TITLE, x + width, y + height


def _overlap(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
