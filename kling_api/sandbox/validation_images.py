"""Checks the orders of pictures (all of the old standard) and reads them.

The capability map is that of 2026-02 for the retired models and of 2026-05-19 for the others; the texts are inferred.
"""

from __future__ import annotations

from dataclasses import dataclass

from .fields import Fields
from .refusals import Refused, invalid
from .validation import (
    PROMPT_LIMIT,
    Customer,
    check_size,
    discontinued,
    needed,
    read_extras,
    read_picture,
    read_prompt,
    unsupported,
)
from .validation_cast import read_elements
from .video_request import ImageRequest

RATIOS = ("16:9", "9:16", "1:1", "4:3", "3:4", "3:2", "2:3", "21:9")
MOST_IMAGES = 9
MOST_REFERENCES = 10
MOST_AREA = 3.0
_SIDES = ("up_expansion_ratio", "down_expansion_ratio", "left_expansion_ratio", "right_expansion_ratio")


@dataclass(frozen=True)
class ImageModel:
    """`image`: "" none, may, or must be given; `reference`: "" none, may, or must be said with a picture."""

    resolutions: tuple[str, ...] = ("1k", "2k")
    ratios: tuple[str, ...] = RATIOS
    image: str = "may"
    reference: str = ""
    elements: bool = False
    retired: bool = False


_MODELS = {
    "kling-v3": ImageModel(elements=True),
    "kling-v2-1": ImageModel(reference="may"),
    "kling-v2-new": ImageModel(("1k",), image="must", retired=True),
    "kling-v2": ImageModel(retired=True),
    "kling-v1-5": ImageModel(("1k",), reference="must", retired=True),
    "kling-v1": ImageModel(("1k",), RATIOS[:-1], retired=True),
}
_OMNI_MODELS = {"kling-image-o1": ("1k", "2k"), "kling-v3-omni": ("1k", "2k", "4k")}
_MULTI_MODELS = {"kling-v2-1": False, "kling-v2": True}
_TRY_ON_MODELS = ("kolors-virtual-try-on-v1", "kolors-virtual-try-on-v1-5")


def read_generations(body: Fields, customer: Customer) -> ImageRequest:
    """Raises Refused."""
    name = body.word("model_name", tuple(_MODELS), "kling-v3")
    model = _MODELS[name]
    _refuse_retired(name, model.retired, customer)
    prompt = read_prompt(body, PROMPT_LIMIT, required=True)
    negative_prompt = body.bounded_text("negative_prompt", PROMPT_LIMIT)
    fidelities = [
        body.bounded_number(field, 0, 1, default)
        for field, default in (("image_fidelity", 0.5), ("human_fidelity", 0.45))
    ]
    reference = body.word("image_reference", ("", "subject", "face"), "")
    resolution, ratio = body.word("resolution", ("1k", "2k"), "1k"), body.word("aspect_ratio", RATIOS, "16:9")
    n = read_n(body)
    elements = read_elements(body, customer, model.elements, MOST_REFERENCES - body.has("image"))
    _check_generation(body, name, reference, resolution, ratio)
    image = read_picture(body.text("image"), "legacy")
    return ImageRequest(
        "generations",
        name,
        prompt,
        negative_prompt,
        n,
        ratio,
        resolution,
        pictures=(image,) if image else (),
        image_reference=reference,
        image_fidelity=fidelities[0],
        human_fidelity=fidelities[1],
        elements=elements,
        **read_extras(body),
    )


def read_omni_image(body: Fields, customer: Customer) -> ImageRequest:
    name = body.word("model_name", tuple(_OMNI_MODELS), "kling-image-o1")
    prompt = read_prompt(body, PROMPT_LIMIT, required=True)
    images = [needed(image, "image") for image in body.children("image_list")]
    check_size(body, "image_list", len(images), 0, MOST_REFERENCES)
    elements = read_elements(body, customer, True, MOST_REFERENCES - len(images))
    resolution = body.word("resolution", ("1k", "2k", "4k"), "1k")
    if resolution not in _OMNI_MODELS[name]:
        raise body.wrong_value("resolution", resolution)
    series = _read_series(body, name)
    return ImageRequest(
        "omni-image",
        name,
        prompt,
        n=1 if series else read_n(body),
        aspect_ratio=body.word("aspect_ratio", (*RATIOS, "auto"), "auto"),
        resolution=resolution,
        pictures=tuple(read_picture(image, "legacy") for image in images),
        series=series,
        elements=elements,
        **read_extras(body),
    )


def read_multi_image2image(body: Fields, customer: Customer) -> ImageRequest:
    name = body.word("model_name", tuple(_MULTI_MODELS), "kling-v2-1")
    _refuse_retired(name, _MULTI_MODELS[name], customer)
    prompt = read_prompt(body, PROMPT_LIMIT, required=False)
    subjects = [needed(subject, "subject_image") for subject in body.children("subject_image_list")]
    check_size(body, "subject_image_list", len(subjects), 1, 4)
    return ImageRequest(
        "multi-image2image",
        name,
        prompt,
        n=read_n(body),
        aspect_ratio=body.word("aspect_ratio", RATIOS, "16:9"),
        pictures=tuple(read_picture(subject, "legacy") for subject in subjects),
        scene=read_picture(body.text("scene_image"), "legacy"),
        style=read_picture(body.text("style_image"), "legacy"),
        **read_extras(body),
    )


def read_expand(body: Fields, customer: Customer) -> ImageRequest:
    image = needed(body, "image")
    up, down, left, right = (body.bounded_number(side, 0, 2, 0) for side in _SIDES)
    if (1 + up + down) * (1 + left + right) > MOST_AREA + 1e-9:
        raise invalid(f"The area of the new image can not exceed {MOST_AREA:g} times that of the original image")
    prompt = read_prompt(body, PROMPT_LIMIT, required=False)
    n, picture = read_n(body), read_picture(image, "legacy")
    expansion, extras = (up, down, left, right), read_extras(body)
    return ImageRequest("expand", "expand", prompt, n=n, pictures=(picture,), expansion=expansion, **extras)


def read_try_on(body: Fields, customer: Customer) -> ImageRequest:
    """It has no watermark."""
    name = body.word("model_name", _TRY_ON_MODELS, _TRY_ON_MODELS[0])
    _refuse_retired(name, True, customer)
    given = [needed(body, field) for field in ("human_image", "cloth_image")]
    extras = read_extras(body, marked=False)
    pictures = tuple(read_picture(image, "legacy") for image in given)
    return ImageRequest("kolors-virtual-try-on", name, aspect_ratio="", pictures=pictures, **extras)


def read_ai_multi_shot(body: Fields, customer: Customer) -> ImageRequest:
    picture = read_picture(needed(body, "element_frontal_image"), "legacy")
    extras = read_extras(body, marked=False)
    return ImageRequest("ai-multi-shot", "ai-multi-shot", aspect_ratio="", pictures=(picture,), **extras)


def read_image_recognize(body: Fields, customer: Customer) -> ImageRequest:
    """Answered at once: no external id, no callback."""
    picture = read_picture(needed(body, "image"), "legacy")
    return ImageRequest("image-recognize", "image-recognize", aspect_ratio="", pictures=(picture,))


def read_n(body: Fields) -> int:
    return body.whole_number("n", range(1, MOST_IMAGES + 1), 1)


def _refuse_retired(name: str, is_retired: bool, customer: Customer) -> None:
    if is_retired and customer.retired:
        raise discontinued(name)


def _check_generation(body: Fields, name: str, reference: str, resolution: str, ratio: str) -> None:
    model = _MODELS[name]
    if resolution not in model.resolutions:
        raise _by(name, f"resolution {resolution}")
    if ratio not in model.ratios:
        raise _by(name, f"aspect_ratio {ratio}")
    if reference and not model.reference:
        raise unsupported("Image reference")
    if (reference or model.image == "must") and not body.has("image"):
        raise invalid("image can not be null")
    if model.reference == "must" and body.has("image") and not reference:
        raise body.broken_rule("image_reference", "must not be blank")
    if body.has("image") and body.has("negative_prompt"):
        raise invalid("negative_prompt is not supported with image")


def _by(name: str, feature: str) -> Refused:
    return invalid(f"{feature} is not supported by the current model: {name}")


def _read_series(body: Fields, name: str) -> int:
    """How many pictures belong together, 0 for single ones; `auto` makes four here."""
    if body.word("result_type", ("single", "series"), "single") == "single":
        return 0
    if name != "kling-v3-omni":
        raise unsupported("Series")
    if body.text("series_amount") in ("auto", ""):
        return 4
    return body.whole_number("series_amount", range(2, MOST_IMAGES + 1), 4)
