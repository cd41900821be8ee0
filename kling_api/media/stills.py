"""Still pictures: tensors -> PNG or JPEG bytes within a limit; files -> pictures. Loads torch only to make a tensor."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np

from ..capabilities import image_limits
from ..errors import MediaError
from ..stills import Still
from .container import check_size
from .picture_header import PictureHeader, read_header

if TYPE_CHECKING:
    from torch import Tensor

# Against zlib's own search at level 1 on pictures with grain: a third faster, and 15 % smaller; on drawings and
# screenshots up to 60 % larger, where files are small. 19 is the filter: OpenCV 4.10 has no name for it and ignores it.
_RUN_LENGTHS, _PAETH = (cv2.IMWRITE_PNG_STRATEGY, cv2.IMWRITE_PNG_STRATEGY_RLE), (19, 128)
_PNG_FAST = [cv2.IMWRITE_PNG_COMPRESSION, 1, *_RUN_LENGTHS, *_PAETH]
_BAND, _BANDS_APART = 16, 127  # rows of a sample that tells a PNG's size; a prime, for tiles repeat at round steps
_FAR_TOO_LARGE = 1.25  # times the limit; a sample is a few percent off
_JPEG_QUALITIES = (95, 90, 85, 80, 75, 70)  # below 70 the picture suffers visibly, and the clip with it


def encode_image(image: Tensor, max_bytes: int) -> bytes:
    """A tensor ([H, W, C] or [1, H, W, C], C 1, 3 or 4, floats 0..1) -> PNG bytes, else JPEG, of at most `max_bytes`.

    A PNG that would be far too large, as a sample of its rows tells, is not tried. PNG is lossless for values that
    come from 8-bit pixels. Values outside 0..1 are clipped, alpha is dropped, the tensor stays as it is. MediaError for
    NaN or infinite values, several images, or a picture that does not fit.
    """
    return encode_still(image, max_bytes).data


def encode_still(image: Tensor, max_bytes: int) -> Still:
    """`encode_image`, with the picture's measures."""
    return _encode(_to_pixels(image), max_bytes)


def read_still(source: Path | str | bytes, max_bytes: int | None = None) -> Still:
    """A picture file (or its bytes) for the way to the provider, in at most `max_bytes` (None: what every model takes).

    An upright PNG or JPEG that fits is kept byte for byte; anything else (WebP, BMP, EXIF-turned, too large) is
    encoded anew. MediaError if it is not a picture.
    """
    max_bytes = max_bytes or min(image_limits().max_bytes.values())
    data, name = (source, "The picture") if isinstance(source, bytes) else (_read_file(Path(source)), str(source))
    pixels = decode_picture(data, name)
    header = _header(data, name)
    if header.format in ("PNG", "JPEG") and header.upright and len(data) <= max_bytes:
        return Still(data, header.width, header.height)
    return _encode(pixels, max_bytes)


def decode_picture(data: bytes, name: str = "The picture") -> np.ndarray:
    """PNG, JPEG, WebP or BMP bytes -> [H, W, 3] uint8 RGB, upright, without alpha. `name` is for the error's text."""
    header = _header(data, name)
    check_size(header.width, header.height, name)
    try:
        pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    except cv2.error as error:
        raise MediaError(f"{name} starts like a {header.format} but cannot be decoded.") from error
    if pixels is None or (header.format == "JPEG" and _is_cut_off(data)):
        raise MediaError(f"{name} starts like a {header.format} but cannot be decoded.")
    return cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB)


def read_pictures(paths: Iterable[Path | str]) -> Tensor:
    """Picture files of one size -> [N, H, W, 3] float32 0..1."""
    import torch

    pictures = [decode_picture(_read_file(Path(path)), str(path)) for path in paths]
    sizes = sorted({f"{picture.shape[1]} x {picture.shape[0]}" for picture in pictures})
    if len(sizes) != 1:
        raise MediaError(f"Pictures of one batch must have one size; these have: {', '.join(sizes) or 'none given'}.")
    return torch.from_numpy(np.stack(pictures)).to(torch.float32).div_(255)


def _to_pixels(image: Tensor) -> np.ndarray:
    """A fresh [H, W, 3] uint8 RGB array; the tensor may belong to another thread and is only read."""
    shape = list(image.shape)
    if len(shape) == 4 and shape[0] != 1:
        raise MediaError(
            f"A single image is needed, and this is a batch of {shape[0]}.",
            "Pick one with the node `ImageFromBatch` (in Python: `images[i]`).",
        )
    if len(shape) not in (3, 4) or shape[-1] not in (1, 3, 4) or 0 in shape:
        raise MediaError(f"An image must have the shape [H, W, C] with C 1, 3 or 4, not {shape}.")
    values = image.detach().reshape(shape[-3:])[..., :3].cpu().float().numpy()
    if not np.isfinite(values).all():
        raise MediaError(
            "The image holds values that are not numbers (NaN or infinite).", "Look at the node that made it."
        )
    levels = values.clip(0, 1)
    levels *= np.float32(255)  # in place: new arrays of this size cost more than the arithmetic
    pixels = np.rint(levels, out=levels).astype(np.uint8)
    return pixels.repeat(3, axis=-1) if shape[-1] == 1 else pixels


def _encode(pixels: np.ndarray, max_bytes: int) -> Still:
    height, width = pixels.shape[:2]
    bgr = cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR)
    data = b"" if _is_far_too_large(bgr, max_bytes) else _compress(".png", bgr, _PNG_FAST)
    for quality in _JPEG_QUALITIES:
        if 0 < len(data) <= max_bytes:
            break
        data = _compress(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, quality])
    if len(data) > max_bytes:
        raise MediaError(
            f"The picture of {width} x {height} pixels takes {len(data):,} bytes even as a JPEG of quality "
            f"{_JPEG_QUALITIES[-1]}; the limit is {max_bytes:,} bytes.",
            "Scale it down.",
        )
    return Still(data, width, height, source=hashlib.sha256(pixels.tobytes()).hexdigest())


def _is_far_too_large(bgr: np.ndarray, max_bytes: int) -> bool:
    """As a PNG, which at 4k takes ten times as long as a JPEG: an eighth of the rows tells, in bands all over it."""
    if bgr.nbytes <= _FAR_TOO_LARGE * max_bytes:
        return False
    sample = np.concatenate([bgr[top : top + _BAND] for top in range(0, len(bgr), _BANDS_APART)])
    return len(_compress(".png", sample, _PNG_FAST)) * len(bgr) / len(sample) > _FAR_TOO_LARGE * max_bytes


def _compress(suffix: str, bgr: np.ndarray, options: list[int]) -> bytes:
    try:
        return cv2.imencode(suffix, bgr, options)[1].tobytes()
    except cv2.error as error:
        raise MediaError(f"A picture of {bgr.shape[1]} x {bgr.shape[0]} pixels cannot be encoded.") from error


def _is_cut_off(jpeg: bytes) -> bool:
    """No end marker after the last scan; OpenCV 4 fills the missing part with grey and says nothing."""
    return jpeg.rfind(b"\xff\xd9") < jpeg.rfind(b"\xff\xda")


def _header(data: bytes, name: str) -> PictureHeader:
    header = read_header(data)
    if header is None:
        raise MediaError(f"{name} is not a picture in PNG, JPEG, WebP or BMP format.")
    return header


def _read_file(path: Path) -> bytes:
    try:
        if path.is_dir():
            raise MediaError(f"{path} is a folder.", "Give a picture.")
        if not path.is_file():
            raise MediaError(f"There is no file at {path}.", "Look at its name and folder.")
        return path.read_bytes()
    except OSError as error:
        raise MediaError(f"{path} cannot be read: {error.strerror or error}.", "Check its owner and mode.") from None
