"""The request models of the wrapping service: fields, defaults and rules of each body, as its code has them.

Unknown keys are dropped. Nothing of Kling's own rules is here; they are in `wrapper_orders`.
"""

from __future__ import annotations

from typing import Any

from ..video_request import AXES, CAMERA_TYPES
from .wrapper_values import REQUIRED, Model, axis, file, list_of, number, one_of, prompt, text, whole


def _has_no_move(values: dict[str, Any]) -> str:
    return "" if any(values.values()) else "camera_control.config must have at least one non-zero field"


def _lacks_config(values: dict[str, Any]) -> str:
    lacks = values["type"] == "simple" and "config" not in values
    return "config is required when type is simple" if lacks else ""


def _not_one_clip(values: dict[str, Any]) -> str:
    given = [name for name in ("video_id", "video_url") if values.get(name)]
    if not given:
        return "Either video_id or video_url must be provided"
    return "Cannot provide both video_id and video_url" if len(given) > 1 else ""


_MODE = (one_of("std", "pro"), "std")
_RATIO = one_of("16:9", "9:16", "1:1", "4:3", "3:4", "3:2", "2:3", "21:9", "auto")
_CAMERA = Model(
    {
        "type": (one_of(*CAMERA_TYPES), REQUIRED),
        "config": (
            Model(dict.fromkeys(AXES, (axis, 0.0)), _has_no_move),
            None,
        ),
    },
    _lacks_config,
)
_CALLBACK = {"callback_url": (text, None)}
_FACE = Model(
    {
        "face_id": (text, REQUIRED),
        "audio_id": (text, None),
        "sound_file": (file, None),
        "sound_start_time": (whole, REQUIRED),
        "sound_end_time": (whole, REQUIRED),
        "sound_insert_time": (whole, REQUIRED),
        "sound_volume": (number, 1.0),
        "original_audio_volume": (number, 1.0),
    }
)

#: By the last piece of the address.
MODELS = {
    "text2video": Model(
        {
            "model_name": (text, "kling-v1"),
            "prompt": (prompt, REQUIRED),
            "negative_prompt": (prompt, None),
            "cfg_scale": (number, 0.5),
            "mode": _MODE,
            "aspect_ratio": (_RATIO, "16:9"),
            "duration": (text, "5"),
            "camera_control": (_CAMERA, None),
        }
        | _CALLBACK
    ),
    "image2video": Model(
        {
            "model_name": (text, "kling-v1"),
            "image": (file, REQUIRED),
            "image_tail": (file, None),
            "prompt": (text, None),
            "negative_prompt": (text, None),
            "cfg_scale": (number, 0.5),
            "mode": _MODE,
            "duration": (text, "5"),
            "camera_control": (_CAMERA, None),
        }
        | _CALLBACK
    ),
    "multi-image2video": Model(
        {
            "model_name": (text, "kling-v1-6"),
            "image_list": (list_of(file, 1, 4), REQUIRED),
            "prompt": (text, REQUIRED),
            "negative_prompt": (text, None),
            "mode": _MODE,
            "aspect_ratio": (_RATIO, "16:9"),
            "duration": (text, "5"),
        }
        | _CALLBACK
    ),
    "motion-control": Model(
        {
            "image_url": (file, REQUIRED),
            "video_url": (text, REQUIRED),
            "character_orientation": (text, REQUIRED),
            "mode": _MODE,
            "prompt": (text, None),
            "keep_original_sound": (text, "yes"),
        }
        | _CALLBACK
    ),
    "video-extend": Model(
        {
            "video_id": (text, REQUIRED),
            "prompt": (text, None),
            "negative_prompt": (text, None),
            "cfg_scale": (number, 0.5),
        }
        | _CALLBACK
    ),
    "identify-face": Model({"video_id": (text, None), "video_url": (text, None)}, _not_one_clip),
    "create-task": Model({"session_id": (text, REQUIRED), "face_choose": (list_of(_FACE), REQUIRED)} | _CALLBACK),
    "generations": Model(
        {
            "model_name": (text, "kling-v1"),
            "prompt": (text, REQUIRED),
            "negative_prompt": (text, None),
            "image": (file, None),
            "image_reference": (text, None),
            "image_fidelity": (number, 0.5),
            "human_fidelity": (number, 0.45),
            "resolution": (text, "1k"),
            "aspect_ratio": (_RATIO, "16:9"),
            "n": (whole, 1),
        }
        | _CALLBACK
    ),
    "omni-image": Model(
        {
            "model_name": (text, "kling-image-o1"),
            "prompt": (text, REQUIRED),
            "image_list": (list_of(file), None),
            "resolution": (text, "1k"),
            "aspect_ratio": (_RATIO, "auto"),
            "n": (whole, 1),
        }
        | _CALLBACK
    ),
}
