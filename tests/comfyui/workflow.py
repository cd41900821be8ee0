"""Turns a workflow in UI format into an API prompt by the node definitions of a running server."""

from __future__ import annotations

from typing import Any

#: Nodes that only the front end knows.
NOTES = frozenset({"Note", "MarkdownNote"})


def to_prompt(workflow: dict[str, Any], object_info: dict[str, Any]) -> dict[str, Any]:
    """Raises AssertionError naming the node and input when the server lacks one that the workflow uses."""
    sources = {link[0]: [str(link[1]), link[2]] for link in workflow["links"]}
    prompt = {}
    for node in workflow["nodes"]:
        if node["type"] in NOTES:
            continue
        assert node["type"] in object_info, f"missing node type {node['type']}"
        inputs = _widgets(node, object_info[node["type"]])
        for socket in node.get("inputs", []):
            if socket.get("link") is not None:
                assert socket["name"] in _definitions(object_info[node["type"]]), f"{node['type']}: no {socket['name']}"
                inputs[socket["name"]] = sources[socket["link"]]
        prompt[str(node["id"])] = {"class_type": node["type"], "inputs": inputs}
    return prompt


def _definitions(definition: dict[str, Any]) -> dict[str, Any]:
    return {**definition["input"].get("required", {}), **definition["input"].get("optional", {})}


def _widgets(node: dict[str, Any], definition: dict[str, Any]) -> dict[str, Any]:
    """The values of `widgets_values` by name. A seed has a second widget that is not an input."""
    values = list(node.get("widgets_values") or [])
    inputs = {}
    for name, (kind, *options) in _definitions(definition).items():
        if not _is_widget(kind):
            continue
        assert values, f"{node['type']}: no value for {name}"
        inputs[name] = values.pop(0)
        if kind == "INT" and (name == "seed" or (options and options[0].get("control_after_generate"))):
            assert values.pop(0) in ("fixed", "increment", "decrement", "randomize")
        if options and options[0].get("image_upload"):
            values.pop(0)  # the upload button
    assert not values, f"{node['type']}: {len(values)} values too many: {values}"
    return inputs


def _is_widget(kind: Any) -> bool:
    return isinstance(kind, list) or kind in ("COMBO", "INT", "FLOAT", "STRING", "BOOLEAN")
