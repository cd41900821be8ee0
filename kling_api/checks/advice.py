"""What the user should know of an operation that is possible, beside that it is: warnings, one sentence each or two."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from .. import capabilities
from ..catalog import effects
from ..errors import InvalidRequest
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
from ..operations.shots import texts_of
from .features import features
from .together import check_together


def advice(operation: Operation) -> list[str]:
    found = _of_model(operation) + _of_citations(operation)
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
    return [_retirement(model, operation)] if model.retired else []


def _retirement(model: Model, operation: Operation) -> str:
    heir, table = model.heir(operation.kind), capabilities.models_with(operation.kind)
    live = [other.id for other in table.values() if not other.retired]
    able = [heir] if heir not in table else [name for name in (heir, *live) if _can(name, operation)]
    instead = f"Nearest live model: {able[0]}." if able else "No live model can do what is asked here."
    return f"Kling announced the retirement of {model.id} for {model.retired}; it may refuse. {instead}"


def _can(model_name: str, operation: Any) -> bool:
    """Whether the model can do the very same."""
    other = replace(operation, model_name=model_name)
    try:
        check_together(other)
    except InvalidRequest:
        return False
    return not capabilities.problem(model_name, other.kind, features(other))


def _of_citations(operation: Operation) -> list[str]:
    """Motion control is not asked: its one element is the person, and it needs no prompt."""
    if not isinstance(operation, Text2Video | Image2Video | OmniVideo | ImageGeneration | OmniImage):
        return []
    texts = " ".join(texts_of(operation.prompt, getattr(operation, "multi_shot", None)).values())
    # The new standard's own way to cite, which a prompt may use there.
    cited = {"".join(found) for found in re.findall(r"<<<(\w+?_\d+)>>>|@(\w+?_\d+)", texts)}
    found = []
    for what, effect in (("voice", "is charged all the same"), ("element", "may be ignored")):
        count = len(getattr(operation, f"{what}_list", ()))
        left = [f"{what}_{number}" for number in range(1, count + 1) if f"{what}_{number}" not in cited]
        found += [f"The prompt does not cite <<<{name}>>>: that {what} {effect}." for name in left]
    return found


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
