"""Still pictures on their way out and in: lossless while they fit, upright, never larger than allowed."""

from __future__ import annotations

import io
import struct
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from PIL import Image

from kling_api.errors import MediaError
from kling_api.media import decode_picture, encode_image, encode_still, read_pictures, read_still

from . import samples

LIMIT = 10_000_000


def as_tensor(pixels: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(pixels.copy()).float() / 255


def noise(width: int = 320, height: int = 240) -> np.ndarray:
    return np.random.default_rng(7).integers(0, 256, (height, width, 3), dtype=np.uint8)


def saved(pixels: np.ndarray, picture_format: str, **how: object) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, picture_format, **how)
    return buffer.getvalue()


@pytest.mark.parametrize("batched", [False, True])
def test_a_picture_is_encoded_without_loss(batched: bool) -> None:
    pixels = noise()
    tensor = as_tensor(pixels)
    data = encode_image(tensor[None] if batched else tensor, LIMIT)
    assert data.startswith(b"\x89PNG")
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(data))), pixels)
    assert np.array_equal(decode_picture(data), pixels)


def test_grey_becomes_rgb_and_alpha_is_dropped() -> None:
    pixels = noise()
    grey = as_tensor(pixels)[..., :1]
    assert np.array_equal(decode_picture(encode_image(grey, LIMIT)), pixels[..., :1].repeat(3, axis=-1))
    with_alpha = torch.cat([as_tensor(pixels), torch.zeros(240, 320, 1)], dim=-1)
    assert np.array_equal(decode_picture(encode_image(with_alpha, LIMIT)), pixels)


def test_values_outside_0_to_1_are_clipped_and_the_tensor_is_left_alone() -> None:
    tensor = torch.linspace(-1, 2, 64 * 48 * 3).reshape(48, 64, 3)
    before = tensor.clone()
    expected = np.rint(before.clamp(0, 1).numpy() * 255)
    assert np.array_equal(decode_picture(encode_image(tensor, LIMIT)), expected)
    assert torch.equal(tensor, before)


def test_tensors_of_other_kinds_are_read_too() -> None:
    pixels = noise()
    with torch.inference_mode():
        tensor = as_tensor(pixels)
    assert np.array_equal(decode_picture(encode_image(tensor, LIMIT)), pixels)
    learning = as_tensor(pixels).requires_grad_()
    assert np.array_equal(decode_picture(encode_image(learning, LIMIT)), pixels)
    half = as_tensor(pixels).half().permute(1, 0, 2)
    assert np.abs(decode_picture(encode_image(half, LIMIT)).astype(int) - pixels.transpose(1, 0, 2)).max() <= 1


def test_values_that_are_not_numbers_are_refused() -> None:
    tensor = torch.zeros(8, 8, 3)
    tensor[3, 3, 1] = torch.nan
    with pytest.raises(MediaError, match="not numbers"):
        encode_image(tensor, LIMIT)


def test_a_batch_of_several_images_is_refused_with_the_way_out() -> None:
    with pytest.raises(MediaError, match="batch of 5") as caught:
        encode_image(torch.zeros(5, 8, 8, 3), LIMIT)
    assert "ImageFromBatch" in caught.value.advice


@pytest.mark.parametrize("shape", [(8, 8), (8, 8, 2), (1, 0, 8, 3), (1, 1, 8, 8, 3)])
def test_other_shapes_are_refused_by_name(shape: tuple[int, ...]) -> None:
    with pytest.raises(MediaError, match=r"shape \[H, W, C\]"):
        encode_image(torch.zeros(shape), LIMIT)


def test_a_picture_that_does_not_fit_as_png_becomes_the_best_jpeg_that_fits() -> None:
    tensor = as_tensor(noise())
    png = encode_image(tensor, LIMIT)
    largest = encode_still(tensor, len(png) - 1)
    assert largest.data.startswith(b"\xff\xd8\xff")
    assert (largest.width, largest.height) == (320, 240)
    smaller = encode_image(tensor, len(largest.data) - 1)
    assert len(smaller) < len(largest.data)


def test_a_large_picture_that_just_fits_as_png_stays_one() -> None:
    scene = samples.gradient(1200, 900)
    grainy = np.clip(scene + np.random.default_rng(3).normal(0, 3, scene.shape), 0, 255).astype(np.uint8)
    half = np.concatenate([grainy[:450], scene[450:]])
    for pixels in (scene, grainy, half):
        png = encode_image(as_tensor(pixels), LIMIT)
        assert encode_image(as_tensor(pixels), len(png)) == png
        assert encode_image(as_tensor(pixels), len(png) - 1).startswith(b"\xff\xd8\xff")


def test_a_png_that_would_be_far_too_large_is_not_made(monkeypatch: pytest.MonkeyPatch) -> None:
    tensor = as_tensor(noise(1200, 900))
    sizes = []
    encode = cv2.imencode

    def note(suffix: str, pixels: np.ndarray, options: list[int]) -> object:
        sizes.append((suffix, len(pixels)))
        return encode(suffix, pixels, options)

    monkeypatch.setattr(cv2, "imencode", note)
    assert encode_image(tensor, 2_000_000).startswith(b"\xff\xd8\xff")
    assert sizes[0][0] == ".png"
    assert sizes[0][1] < 900 / 7 + 16
    assert {suffix for suffix, _ in sizes[1:]} == {".jpg"}


def test_a_picture_that_does_not_fit_at_all_is_refused_with_the_numbers() -> None:
    with pytest.raises(
        MediaError, match=r"320 x 240 pixels takes [\d,]+ bytes .* quality 70; the limit is 1,000 bytes"
    ):
        encode_image(as_tensor(noise()), 1000)


@pytest.mark.parametrize("picture_format", ["PNG", "JPEG"])
def test_a_file_that_fits_is_kept_byte_for_byte(tmp_path: Path, picture_format: str) -> None:
    data = saved(samples.gradient(64, 48), picture_format)
    (tmp_path / "picture").write_bytes(data)
    for source in (data, tmp_path / "picture", str(tmp_path / "picture")):
        still = read_still(source, LIMIT)
        assert (still.data, still.width, still.height) == (data, 64, 48)


@pytest.mark.parametrize(
    ("picture_format", "how"), [("WEBP", {"lossless": True}), ("WEBP", {}), ("BMP", {}), ("PNG", {})]
)
def test_a_file_of_another_kind_or_too_large_is_encoded_anew(picture_format: str, how: dict) -> None:
    pixels = noise() // 8
    data = saved(pixels, picture_format, **how)
    still = read_still(data, len(data) - 1 if picture_format == "PNG" else LIMIT)
    assert still.data[:4] in (b"\x89PNG", b"\xff\xd8\xff\xe0")
    assert np.abs(decode_picture(still.data).astype(int) - decode_picture(data)).mean() < 8


@pytest.mark.parametrize("picture_format", ["JPEG", "PNG"])
def test_a_picture_that_exif_turns_is_sent_upright(picture_format: str) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # to be shown turned clockwise
    data = saved(samples.gradient(64, 48), picture_format, exif=exif)
    still = read_still(data, LIMIT)
    if (still.width, still.height) == (64, 48):
        assert picture_format == "PNG", "OpenCV 4 turns JPEG only"
        return
    assert (still.width, still.height) == (48, 64)
    expected = np.rot90(samples.gradient(64, 48), -1)
    assert np.abs(decode_picture(still.data).astype(int) - expected).mean() < 3
    assert Image.open(io.BytesIO(still.data)).getexif().get(0x0112, 1) == 1


@pytest.mark.parametrize(
    "data",
    [b"", b"GIF89a", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"RIFF\0\0\0\0WEBP", b"<svg/>", bytes(100)],
)
def test_what_is_not_a_picture_is_refused(data: bytes) -> None:
    with pytest.raises(MediaError, match="not a picture in PNG, JPEG, WebP or BMP"):
        decode_picture(data)


@pytest.mark.parametrize("picture_format", ["PNG", "JPEG", "WEBP", "BMP"])
def test_a_picture_that_breaks_off_is_refused(picture_format: str, capfd: pytest.CaptureFixture[str]) -> None:
    data = saved(noise(), picture_format)
    with pytest.raises(MediaError, match="cannot be decoded"):
        decode_picture(data[: len(data) // 2])
    capfd.readouterr()  # OpenCV's own words about it


def test_an_absurd_announced_size_is_refused_before_decoding() -> None:
    data = bytearray(saved(samples.gradient(64, 48), "PNG"))
    data[16:24] = struct.pack(">II", 60000, 60000)
    with pytest.raises(MediaError, match="60000 x 60000 pixels"):
        decode_picture(bytes(data))


@pytest.mark.parametrize("picture_format", ["PNG", "JPEG", "WEBP", "BMP"])
@pytest.mark.parametrize("size", [(1, 1), (17, 300), (300, 17)])
def test_headers_are_read_at_every_size(picture_format: str, size: tuple[int, int]) -> None:
    data = saved(samples.gradient(*size), picture_format)
    assert decode_picture(data).shape == (size[1], size[0], 3)


def test_picture_files_become_one_batch(tmp_path: Path) -> None:
    images = [samples.gradient(64, 48, shift) for shift in range(3)]
    paths = [tmp_path / f"{index}.png" for index in range(3)]
    for path, image in zip(paths, images, strict=True):
        path.write_bytes(saved(image, "PNG"))
    batch = read_pictures(paths)
    assert batch.dtype == torch.float32
    assert np.array_equal(np.rint(batch.numpy() * 255), np.stack(images))


def test_pictures_of_different_sizes_are_refused_with_the_sizes(tmp_path: Path) -> None:
    for name, size in (("a.png", (64, 48)), ("b.png", (32, 48))):
        (tmp_path / name).write_bytes(cv2.imencode(".png", samples.gradient(*size))[1].tobytes())
    with pytest.raises(MediaError, match="32 x 48, 64 x 48"):
        read_pictures([tmp_path / "a.png", tmp_path / "b.png"])
    with pytest.raises(MediaError, match="none given"):
        read_pictures([])
