"""What the user should know of an operation that is possible, beside that it is: warnings, one sentence each or two."""

from __future__ import annotations

from .. import capabilities
from ..catalog import effects
from ..models import Model
from ..operations import (
    Effects,
    Image2Video,
    ImageGeneration,
    MotionControl,
    OmniImage,
    OmniVideo,
    Operation,
    Text2Video,
)


def advice(operation: Operation) -> list[str]:
    found = _of_model(operation)
    if isinstance(operation, Text2Video | Image2Video):
        found += _of_clip(operation)
    elif isinstance(operation, OmniVideo):
        found += _of_omni_video(operation)
    elif isinstance(operation, MotionControl):
        found += _of_motion(operation)
    elif isinstance(operation, ImageGeneration | OmniImage):
        found += _of_images(operation)
    elif isinstance(operation, Effects):
        found += _of_effect(operation)
    return found


def _of_model(operation: Operation) -> list[str]:
    name = getattr(operation, "model_name", "")
    if not name or not capabilities.models_for(operation.kind):
        return []
    model = capabilities.model_for(name, operation.kind)
    if model is None:
        return [f"Model {name} is not in our tables; it is passed on as it is and Kling decides."]
    return [_retirement(model, operation.kind)] if model.retired else []


def _retirement(model: Model, kind: str) -> str:
    return (
        f"Kling announced the retirement of {model.id} for {model.retired}; it may refuse. Nearest live model: "
        f"{model.heir(kind)}."
    )


def _of_clip(operation: Text2Video | Image2Video) -> list[str]:
    name, found = operation.model_name, []
    model = capabilities.model_for(name, operation.kind)
    if not operation.sound and capabilities.sound_of(name, operation.kind, False) == "on":
        found.append(f"{name} always makes sound.")
    if isinstance(operation, Image2Video) and operation.aspect_ratio not in ("", "auto"):
        found.append("Kling's own platform has no aspect_ratio here; the clip follows its picture.")
    if model and model.generation == "new" and operation.cfg_scale != 0.5:
        found.append(f"{name} has no cfg_scale; it is not sent.")
    if isinstance(operation, Text2Video) and operation.voice_list and model:
        found.append("Kling's pages disagree on voices with text2video; image2video takes them for certain.")
    return found


def _of_omni_video(operation: OmniVideo) -> list[str]:
    if not operation.video_url:
        return []
    if operation.refer_type == "base":
        return ["The clip will be as long as the one that is edited; duration is not used."]
    found = []
    model = capabilities.model_for(operation.model_name, operation.kind)
    if model and model.generation == "new" and model.multi_shot_default:
        if operation.keep_original_sound:
            found.append(f"{model.id} makes a silent clip here; keep_original_sound works with refer_type base.")
        if operation.multi_shot is None:
            found.append(f"{model.id} may cut a clip with refer_type feature into several shots.")
    return found


def _of_motion(operation: MotionControl) -> list[str]:
    if operation.element_list and operation.character_orientation == "image":
        return ["With an element the person always faces as in the clip; character_orientation image has no effect."]
    return []


def _of_images(operation: ImageGeneration | OmniImage) -> list[str]:
    if isinstance(operation, OmniImage):
        given = operation.image_list or operation.image is not None
        if operation.aspect_ratio == "auto" and not given:
            return ["aspect_ratio auto follows pictures, and none is given; Kling chooses the ratio."]
        return []
    fidelity = operation.image_fidelity != 0.5 or operation.human_fidelity != 0.45
    if operation.image is not None and fidelity and operation.model_name == "kling-v3":
        return ["kling-v3 has neither image_fidelity nor human_fidelity; kling-v2-1 has."]
    return []


def _of_effect(operation: Effects) -> list[str]:
    scene = effects().get(operation.effect_scene)
    if scene is None:
        return [f"effect_scene {operation.effect_scene} is not in our list; it is passed on and Kling decides."]
    if scene.retired:
        return [f"Kling no longer lists effect_scene {scene.scene} (since {scene.retired}); it may refuse."]
    return []
