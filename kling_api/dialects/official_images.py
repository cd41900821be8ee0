"""The pictures of Kling's platform, all of them of the old standard: the body of each order, without our key. Pure.

Facts: official docs as copied 2026-02 and 2026-09.
"""

from __future__ import annotations

from typing import Any

from ..operations import (
    ImageExpand,
    ImageGeneration,
    ImageRecognize,
    MultiImage2Image,
    MultiShotImages,
    OmniImage,
    VirtualTryOn,
)
from ..operations.images import EXPANSIONS
from .inline import inline
from .official_videos import elements

#: The API's own. Only some models have these fields (2026-09), so that nobody is sent what it would be anyway.
_USUAL_FIDELITIES = {"image_fidelity": 0.5, "human_fidelity": 0.45}


def generation(operation: ImageGeneration) -> dict[str, Any]:
    body: dict[str, Any] = {
        "model_name": operation.model_name,
        "prompt": operation.prompt,
        "negative_prompt": operation.negative_prompt,
        "image": inline(operation.image),
        "image_reference": operation.image_reference,
        "element_list": elements(operation.element_list),
        "resolution": operation.resolution,
        "n": operation.n,
        "aspect_ratio": operation.aspect_ratio,
    }
    if operation.image is not None:
        given = {name: getattr(operation, name) for name in _USUAL_FIDELITIES}
        body |= {name: value for name, value in given.items() if value != _USUAL_FIDELITIES[name]}
    return body


def omni(operation: OmniImage) -> dict[str, Any]:
    """`image` is the first of the pictures that the prompt counts."""
    pictures = operation.image_list if operation.image is None else (operation.image, *operation.image_list)
    body: dict[str, Any] = {
        "model_name": operation.model_name,
        "prompt": operation.prompt,
        "image_list": [{"image": inline(picture)} for picture in pictures],
        "element_list": elements(operation.element_list),
        "resolution": operation.resolution,
        "aspect_ratio": operation.aspect_ratio,
    }
    if operation.result_type == "single":
        return body | {"n": operation.n}
    return body | {"result_type": operation.result_type, "series_amount": operation.series_amount or "auto"}


def multi_image(operation: MultiImage2Image) -> dict[str, Any]:
    return {
        "model_name": operation.model_name,
        "prompt": operation.prompt,
        "subject_image_list": [{"subject_image": inline(picture)} for picture in operation.subject_image_list],
        "scene_image": inline(operation.scene_image),
        "style_image": inline(operation.style_image),
        "n": operation.n,
        "aspect_ratio": operation.aspect_ratio,
    }


def expand(operation: ImageExpand) -> dict[str, Any]:
    ratios = {side: getattr(operation, side) for side in EXPANSIONS}
    return {"image": inline(operation.image), "prompt": operation.prompt, "n": operation.n} | ratios


def try_on(operation: VirtualTryOn) -> dict[str, Any]:
    return {
        "model_name": operation.model_name,
        "human_image": inline(operation.human_image),
        "cloth_image": inline(operation.cloth_image),
    }


def recognize(operation: ImageRecognize) -> dict[str, Any]:
    return {"image": inline(operation.image)}


def multi_shot(operation: MultiShotImages) -> dict[str, Any]:
    return {"element_frontal_image": inline(operation.element_frontal_image)}
