"""Tensors <-> bytes: clips, sound and still pictures. The one package that imports torch, cv2 or av.

Names load on first use, so that asking for a clip's size does not load torch. (`probe.probe` has its module's name.)
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .canvas import blend, caption, contact_sheet, resize, warp, write_picture
    from .clips import write_clip
    from .frames import read_first_frame, read_frames, read_last_frame
    from .probe import Clip, check_clip, check_picture, check_sound
    from .recordings import encode_sound, read_footage, read_sound
    from .sound import read_audio
    from .stills import decode_picture, encode_image, encode_still, read_pictures, read_still

__all__ = [
    "Clip",
    "blend",
    "caption",
    "check_clip",
    "check_picture",
    "check_sound",
    "contact_sheet",
    "decode_picture",
    "encode_image",
    "encode_sound",
    "encode_still",
    "read_audio",
    "read_first_frame",
    "read_footage",
    "read_frames",
    "read_last_frame",
    "read_pictures",
    "read_sound",
    "read_still",
    "resize",
    "warp",
    "write_clip",
    "write_picture",
]

_HOME = {
    "canvas": ("blend", "caption", "contact_sheet", "resize", "warp", "write_picture"),
    "clips": ("write_clip",),
    "frames": ("read_first_frame", "read_frames", "read_last_frame"),
    "probe": ("Clip", "check_clip", "check_picture", "check_sound"),
    "recordings": ("encode_sound", "read_footage", "read_sound"),
    "sound": ("read_audio",),
    "stills": ("decode_picture", "encode_image", "encode_still", "read_pictures", "read_still"),
}
_MODULE_OF = {name: module for module, names in _HOME.items() for name in names}


def __getattr__(name: str) -> Any:
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_MODULE_OF[name]}", __name__), name)
