"""Stand-in for `io`: inputs and outputs remember their arguments; Schema has the fields of ComfyUI 0.8.0."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


class Socket:
    """An input or output: its id and all its options."""

    def __init__(self, id: str, **options: Any) -> None:
        self.id = id
        self.options = options


class _Type:
    class Input(Socket): ...

    class Output(Socket): ...

    def __init_subclass__(cls) -> None:
        """Each type has sockets of its own, which tell it."""
        for kind in ("Input", "Output"):
            setattr(cls, kind, type(kind, (Socket,), {"io_type": cls.__name__.upper()}))


class Image(_Type): ...


class Mask(_Type): ...


class Video(_Type): ...


class Audio(_Type): ...


class String(_Type): ...


class Int(_Type): ...


class Float(_Type): ...


class Boolean(_Type): ...


class Combo(_Type): ...


def Custom(io_type: str) -> type[_Type]:  # noqa: N802 - ComfyUI's name
    return type(io_type, (_Type,), {})


class NodeOutput:
    def __init__(self, *values: Any, ui: Any = None) -> None:
        self.args = values
        self.ui = ui


@dataclass
class Schema:
    node_id: str
    display_name: str | None = None
    category: str = "sd"
    inputs: list[Any] = field(default_factory=list)
    outputs: list[Any] = field(default_factory=list)
    hidden: list[Any] = field(default_factory=list)
    description: str = ""
    is_input_list: bool = False
    is_output_node: bool = False
    is_deprecated: bool = False
    is_experimental: bool = False
    is_api_node: bool = False
    not_idempotent: bool = False
    enable_expand: bool = False


class ComfyNode: ...
