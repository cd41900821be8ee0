"""What the tests of Kling's own platform share: its addresses, small media, and a clip to start from."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np
import requests

from .driver import TEXT, Api, as_base64, as_wav, photo

#: Address of the old standard -> what faults call it.
OPERATIONS = {
    "/v1/videos/text2video": "text2video",
    "/v1/videos/image2video": "image2video",
    "/v1/videos/omni-video": "omni-video",
    "/v1/videos/multi-image2video": "multi-image2video",
    "/v1/videos/motion-control": "motion-control",
    "/v1/videos/video-extend": "video-extend",
    "/v1/videos/effects": "effects",
    "/v1/videos/avatar/image2video": "avatar",
    "/v1/videos/advanced-lip-sync": "lip-sync",
    "/v1/videos/image-recognize": "image-recognize",
    "/v1/images/generations": "generations",
    "/v1/images/omni-image": "omni-image",
    "/v1/images/multi-image2image": "multi-image2image",
    "/v1/images/editing/expand": "expand",
    "/v1/images/kolors-virtual-try-on": "kolors-virtual-try-on",
    "/v1/general/ai-multi-shot": "ai-multi-shot",
    "/v1/audio/tts": "tts",
    "/v1/audio/text-to-audio": "text-to-audio",
    "/v1/audio/video-to-audio": "video-to-audio",
    "/v1/general/custom-voices": "custom-voices",
    "/v1/general/advanced-custom-elements": "advanced-custom-elements",
}
PICTURE = as_base64(photo(320, 320))
OTHER_PICTURE = as_base64(photo(320, 320, 1))
VOICES = "/v1/general/custom-voices"
ELEMENTS = "/v1/general/advanced-custom-elements"


def sound(seconds: float) -> bytes:
    time_axis = np.arange(int(seconds * 16000)) / 16000
    return as_wav(np.sin(time_axis * 440 * 2 * np.pi)[None].astype(np.float32) * 0.3, 16000)


def base64_sound(seconds: float) -> str:
    return base64.b64encode(sound(seconds)).decode()


def base_clip(api: Api, **fields: Any) -> dict[str, Any]:
    """A clip of 3 s, drawn only once per sandbox; `fields` as of text to video."""
    return api.finished(api.create(TEXT, **fields))["task_result"]["videos"][0]


def finished(api: Api, path: str, **fields: Any) -> dict[str, Any]:
    """Orders it and waits for its success."""
    task = api.finished(api.create(path, **fields), path)
    assert task["task_status"] == "succeed", task["task_status_msg"]
    return task


def accepted(api: Api, path: str, **fields: Any) -> str:
    """Whether it is taken: the task fails, so that nothing has to be drawn."""
    api.fault(kind="fail_task")
    return api.create(path, **fields)


def at_once(api: Api, path: str, **fields: Any) -> dict[str, Any]:
    answer = api.post(path, fields)
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]


def message(api: Api, path: str, **fields: Any) -> str:
    """Of a refusal with 1201."""
    status, code, text = api.refused(path, **fields)
    assert (status, code) == (400, 1201), text
    return text


def download(url: str) -> bytes:
    answer = requests.get(url, timeout=20)
    assert answer.status_code == 200
    return answer.content


def voice_of(api: Api, url: str, **fields: Any) -> str:
    """The id of a voice of the account."""
    task = finished(api, VOICES, **{"voice_name": "Ann", "voice_url": url} | fields)
    return task["task_result"]["voices"][0]["voice_id"]


def element_of(api: Api, **fields: Any) -> int:
    """The id of an element of the account: a number in the old standard."""
    pictures = {"frontal_image": PICTURE, "refer_images": [{"image_url": OTHER_PICTURE}]}
    body = {
        "element_name": "Kite",
        "element_description": "red",
        "reference_type": "image_refer",
        "element_image_list": pictures,
    }
    return finished(api, ELEMENTS, **body | fields)["task_result"]["elements"][0]["element_id"]
