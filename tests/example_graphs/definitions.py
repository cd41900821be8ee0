"""The inputs and outputs of the node types that the examples use: the pack's own, and ComfyUI's as of 0.10."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

WIDGETS = frozenset({"COMBO", "STRING", "INT", "FLOAT", "BOOLEAN"})
#: The upload button beside a menu of files.
_UPLOAD = "image"


@dataclass(frozen=True)
class Input:
    """`default` counts for a widget alone; `beside`: the value of a second widget that belongs to it."""

    name: str
    type: str
    optional: bool = False
    default: Any = None
    options: tuple[Any, ...] = ()
    least: float | None = None
    most: float | None = None
    multiline: bool = False
    beside: str = ""

    @property
    def is_widget(self) -> bool:
        return self.type in WIDGETS


@dataclass(frozen=True)
class Definition:
    """`inputs` in the order of ComfyUI's front end: those that are required first."""

    inputs: tuple[Input, ...]
    outputs: tuple[tuple[str, str], ...]

    @property
    def widgets(self) -> tuple[Input, ...]:
        return tuple(one for one in self.inputs if one.is_widget)

    def input(self, name: str) -> Input:
        return next(one for one in self.inputs if one.name == name)


def definitions(nodes: Mapping[str, Any]) -> dict[str, Definition]:
    """By node type; `nodes` are the pack's classes by their ids."""
    return {**CORE, **{name: _of_schema(node.define_schema()) for name, node in nodes.items()}}


def _of_schema(schema: Any) -> Definition:
    inputs = sorted(map(_input, schema.inputs), key=lambda one: one.optional)
    return Definition(tuple(inputs), tuple((one.id, one.io_type) for one in schema.outputs))


def _input(socket: Any) -> Input:
    options = socket.options
    menu = tuple(options.get("options", ()))
    return Input(
        name=socket.id,
        type=socket.io_type,
        optional=options.get("optional", False),
        default=options.get("default", menu[0] if menu else None),
        options=menu,
        least=options.get("min"),
        most=options.get("max"),
        multiline=options.get("multiline", False),
        beside="fixed" if options.get("control_after_generate") else "",
    )


def _image(name: str) -> Input:
    return Input(name, "IMAGE")


def _prefix() -> Input:
    return Input("filename_prefix", "STRING", default="ComfyUI")


CORE = {
    "LoadImage": Definition(
        (Input("image", "COMBO", default="example.png", beside=_UPLOAD),), (("IMAGE", "IMAGE"), ("MASK", "MASK"))
    ),
    "PreviewImage": Definition((_image("images"),), ()),
    "SaveImage": Definition((_image("images"), _prefix()), ()),
    "MaskPreview": Definition((Input("mask", "MASK"),), ()),
    "PreviewAny": Definition((Input("source", "*"),), ()),
    "SaveVideo": Definition(
        (
            *(Input("video", "VIDEO"), _prefix()),
            Input("format", "COMBO", default="auto", options=("auto", "mp4")),
            Input("codec", "COMBO", default="auto", options=("auto", "h264")),
        ),
        (),
    ),
    "SaveAudioMP3": Definition(
        (
            *(Input("audio", "AUDIO"), _prefix()),
            Input("quality", "COMBO", default="V0", options=("V0", "128k", "320k")),
        ),
        (),
    ),
    "TrimAudioDuration": Definition(
        (
            Input("audio", "AUDIO"),
            Input("start_index", "FLOAT", default=0.0),
            Input("duration", "FLOAT", default=60.0, least=0.0),
        ),
        (("AUDIO", "AUDIO"),),
    ),
    "CreateVideo": Definition(
        (
            *(_image("images"), Input("fps", "FLOAT", default=30.0, least=1.0, most=120.0)),
            Input("audio", "AUDIO", optional=True),
        ),
        (("VIDEO", "VIDEO"),),
    ),
    "UpscaleModelLoader": Definition(
        (Input("model_name", "COMBO", default="RealESRGAN_x2.pth"),), (("UPSCALE_MODEL", "UPSCALE_MODEL"),)
    ),
    "ImageUpscaleWithModel": Definition(
        (Input("upscale_model", "UPSCALE_MODEL"), _image("image")), (("IMAGE", "IMAGE"),)
    ),
    "ImageCompositeMasked": Definition(
        (
            *(_image("destination"), _image("source")),
            *(Input(name, "INT", default=0, least=0, most=16384) for name in ("x", "y")),
            Input("resize_source", "BOOLEAN", default=False),
            Input("mask", "MASK", optional=True),
        ),
        (("IMAGE", "IMAGE"),),
    ),
    "MarkdownNote": Definition((Input("text", "STRING", default="", multiline=True),), ()),
}
