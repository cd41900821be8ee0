"""A plain client for the tests: requests over real HTTP, and what a decoded mp4 file holds."""

from __future__ import annotations

import base64
import io
import time
import wave
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

import av
import cv2
import jwt
import numpy as np
import requests

from kling_api.sandbox import DEFAULT_ACCESS_KEY, DEFAULT_API_KEY, DEFAULT_SECRET_KEY, Sandbox

TEXT = "/v1/videos/text2video"
IMAGE = "/v1/videos/image2video"
#: Starts a sandbox with the given settings.
Start = Callable[..., Sandbox]
#: The cheapest request that there is: the tests that look at no clip use it.
SMALL = {"model_name": "kling-v3", "prompt": "a kite", "aspect_ratio": "1:1", "duration": "3"}


class Api:
    """One customer of a sandbox."""

    def __init__(self, sandbox: Sandbox | str, key: str = DEFAULT_API_KEY) -> None:
        self.url = sandbox if isinstance(sandbox, str) else sandbox.url
        self._headers = {"Authorization": f"Bearer {key}"}

    def post(self, path: str, body: Any) -> requests.Response:
        return requests.post(self.url + path, json=body, headers=self._headers, timeout=20)

    def get(self, path: str, **query: Any) -> requests.Response:
        return requests.get(self.url + path, params=query, headers=self._headers, timeout=20)

    def create(self, path: str = TEXT, **fields: Any) -> str:
        """The id of a new task."""
        answer = self.post(path, (SMALL if path == TEXT else {}) | fields)
        assert answer.status_code == 200, answer.text
        data = answer.json()["data"]
        return data.get("task_id") or data["id"]

    def refused(self, path: str = TEXT, **fields: Any) -> tuple[int, int, str]:
        """HTTP status, code and message of a create that is turned down."""
        body = SMALL | fields if path == TEXT else fields
        answer = self.post(path, {name: value for name, value in body.items() if value is not None})
        assert "data" not in answer.json()
        return answer.status_code, answer.json()["code"], answer.json()["message"]

    def task(self, key: str, path: str = TEXT) -> dict[str, Any]:
        return self.get(f"{path}/{key}").json()["data"]

    def finished(self, key: str, path: str = TEXT) -> dict[str, Any]:
        """The task once it has succeeded or failed."""
        for _ in range(600):
            task = self.task(key, path)
            if task["task_status"] in ("succeed", "failed"):
                return task
            time.sleep(0.05)
        raise AssertionError(f"task {key} did not finish")

    def clip(self, path: str = TEXT, **fields: Any) -> Clip:
        """Makes a clip and decodes it."""
        task = self.finished(self.create(path, **fields), path)
        return read_clip(requests.get(url_of(task), timeout=20).content)

    def finished_new(self, key: str) -> dict[str, Any]:
        """The same by the query of the new standard."""
        for _ in range(600):
            task = self.get("/tasks", task_ids=key).json()["data"][0]
            if task["status"] in ("succeeded", "failed"):
                return task
            time.sleep(0.05)
        raise AssertionError(f"task {key} did not finish")

    def clip_of_new(self, key: str) -> Clip:
        return read_clip(requests.get(self.finished_new(key)["outputs"][0]["url"], timeout=20).content)

    def fault(self, **values: Any) -> None:
        requests.post(f"{self.url}/sandbox/faults", json=values, timeout=20).raise_for_status()

    def state(self) -> dict[str, Any]:
        return requests.get(f"{self.url}/sandbox/state", timeout=20).json()


@dataclass(frozen=True)
class Clip:
    """`first` and `last` [H, W, 3] uint8. `sound` [C, T] float32, None without a track."""

    data: bytes
    count: int
    first: np.ndarray
    last: np.ndarray
    rate: Fraction | None
    sound: np.ndarray | None
    sample_rate: int

    @property
    def size(self) -> tuple[int, int]:
        return self.first.shape[1], self.first.shape[0]

    @cached_property
    def small(self) -> np.ndarray:
        """[N, H / 4, W / 4, 3]: every fourth pixel of all frames."""
        with av.open(io.BytesIO(self.data)) as file:
            return np.stack([_rgb(frame)[::4, ::4].copy() for frame in file.decode(video=0)])


def read_clip(data: bytes) -> Clip:
    """Decodes all; in colour only what each test looks at, as that takes far longer."""
    with av.open(io.BytesIO(data)) as file:
        rate = file.streams.video[0].average_rate
        frames = enumerate(file.decode(video=0), start=1)
        _, first = next(frames)
        count, last = deque(frames, maxlen=1).pop()
    sound, sample_rate = None, 0
    with av.open(io.BytesIO(data)) as file:
        if file.streams.audio:
            sample_rate = file.streams.audio[0].rate
            sound = np.concatenate([frame.to_ndarray() for frame in file.decode(audio=0)], axis=1)
    return Clip(data, count, _rgb(first), _rgb(last), rate, sound, sample_rate)


def _rgb(frame: av.VideoFrame) -> np.ndarray:
    return frame.to_ndarray(format="rgb24")


def url_of(task: dict[str, Any]) -> str:
    return task["task_result"]["videos"][0]["url"]


def token(key: str = DEFAULT_ACCESS_KEY, secret: str = DEFAULT_SECRET_KEY, start: int = -5, end: int = 1800) -> str:
    """A JWT that is valid from `start` to `end` seconds from now."""
    now = int(time.time())
    return jwt.encode({"iss": key, "exp": now + end, "nbf": now + start}, secret, algorithm="HS256")


def difference(one: np.ndarray, other: np.ndarray) -> float:
    """Mean absolute difference of two pictures, 0..255."""
    return float(np.abs(one.astype(float) - other).mean())


def photo(width: int, height: int, seed: int = 0) -> np.ndarray:
    """[H, W, 3] uint8: soft blobs of colour with a few sharp shapes, so that motion can be measured."""
    random = np.random.default_rng(seed)
    picture = cv2.resize(random.integers(30, 226, (6, 9, 3), dtype=np.uint8), (width, height))
    for _ in range(25):
        left, top = int(random.integers(0, width - 40)), int(random.integers(0, height - 40))
        colour = [int(value) for value in random.integers(0, 256, 3)]
        cv2.rectangle(picture, (left, top), (left + 36, top + 36), colour, -1)
    return picture


def as_png(picture: np.ndarray) -> bytes:
    done, data = cv2.imencode(".png", picture[:, :, ::-1])
    assert done
    return data.tobytes()


def as_wav(sound: np.ndarray, rate: int = 44100) -> bytes:
    """`sound` [C, T] float32 -1..1."""
    file = io.BytesIO()
    with wave.open(file, "wb") as opened:
        opened.setparams((sound.shape[0], 2, rate, 0, "NONE", ""))
        opened.writeframes((sound.T * 32767).astype("<i2").tobytes())
    return file.getvalue()


def as_base64(picture: np.ndarray) -> str:
    return base64.b64encode(as_png(picture)).decode()


def shift_between(before: np.ndarray, after: np.ndarray) -> tuple[float, float]:
    """By how many pixels the content went to the right and down: phase correlation of two grey frames."""
    window = np.outer(np.hanning(before.shape[0]), np.hanning(before.shape[1]))
    spectra = [np.fft.fft2((frame - frame.mean()) * window) for frame in (before, after)]
    cross = spectra[1] * spectra[0].conj()
    peaks = np.fft.ifft2(cross / (np.abs(cross) + 1e-9)).real
    down, right = (int(index) for index in np.unravel_index(int(peaks.argmax()), peaks.shape))
    height, width = peaks.shape
    return (right if right < width / 2 else right - width), (down if down < height / 2 else down - height)
