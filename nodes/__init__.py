"""The pack's nodes in menu order: a table of contents."""

from __future__ import annotations

from .account import KlingAccount
from .camera_control import KlingCameraControl
from .collect import KlingCollect
from .host import ComfyExtension, io
from .image2video import KlingImage2Video
from .text2video import KlingText2Video


class KlingExtension(ComfyExtension):
    async def get_node_list(self) -> list[type[io.ComfyNode]]:
        return [KlingText2Video, KlingImage2Video, KlingCameraControl, KlingCollect, KlingAccount]


async def comfy_entrypoint() -> ComfyExtension:
    return KlingExtension()
