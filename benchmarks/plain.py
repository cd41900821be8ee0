"""The usual way of a node to make a clip: order, ask every 5 s, fetch, decode, in one call that blocks.

Our own plain version; it needs nothing of this project, so that a ComfyUI can load it as well.
"""

from __future__ import annotations

import base64
import io
import os
import time
from typing import Any

INTERVAL = 5.0


def make_clip(image: Any = None) -> Any:
    """The frames [N, H, W, 3] of a clip of 5 s, from the provider and with the key that the environment names."""
    import requests

    url, key = os.environ["PLAIN_URL"], {"Authorization": f"Bearer {os.environ['PLAIN_KEY']}"}
    order = {"model_name": "kling-v3", "prompt": "A paper boat on a river", "mode": "std", "duration": "5"}
    if image is not None:
        order["image"] = _png(image)
    address = f"{url}/v1/videos/{'text2video' if image is None else 'image2video'}"
    task = requests.post(address, json=order, headers=key, timeout=60).json()["data"]
    while task["task_status"] != "succeed":
        time.sleep(INTERVAL)
        task = requests.get(f"{address}/{task['task_id']}", headers=key, timeout=60).json()["data"]
    return _frames(requests.get(task["task_result"]["videos"][0]["url"], timeout=60).content)


def _png(image: Any) -> str:
    import numpy as np
    from PIL import Image

    data = io.BytesIO()
    Image.fromarray((image[0].numpy() * 255).astype(np.uint8)).save(data, "PNG")
    return base64.b64encode(data.getvalue()).decode()


def _frames(content: bytes) -> Any:
    import av
    import torch

    with av.open(io.BytesIO(content)) as clip:
        frames = [torch.from_numpy(frame.to_ndarray(format="rgb24")).float() / 255 for frame in clip.decode(video=0)]
    return torch.stack(frames)
