"""From a node's sockets to what an operation holds: pictures, sounds and clips, each from its socket or by its URL.

Called in a worker thread. Whatever is wrong is an InvalidRequest, before anything is sent.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from ..kling_api import capabilities
from ..kling_api.errors import InvalidRequest
from . import host, pictures

if TYPE_CHECKING:
    from ..kling_api.operations.rules import Clip, Picture
    from ..kling_api.recordings import Sound
    from ..kling_api.stills import Still

#: Bytes of a sound (official docs, 2026-02).
LARGEST_SOUND = 5_000_000

Value = TypeVar("Value")


def still(name: str, image: Any, model_name: str = "") -> Still:
    """The one picture of an IMAGE, encoded within the limit of the generation of the API that the model belongs to."""
    from ..kling_api.checks import check_size

    height, width = image.shape[-3:-1]
    check_size(name, width, height)
    return pictures.still(name, image, capabilities.generation_of(model_name))


def picture(name: str, image: Any, url: str, model_name: str = "") -> Picture | None:
    """The picture of the socket `name`, or its URL; None where neither is given."""
    return pictures.picture(name, image, url) if image is None or url.strip() else still(name, image, model_name)


def needed_picture(name: str, image: Any, url: str, model_name: str = "") -> Picture:
    return picture(name, image, url, model_name) or pictures.needed(name, None, "")


def several(images: Sequence[Any], urls: str, model_name: str = "") -> tuple[Picture, ...]:
    """Those of image_1, image_2 ... in their order, then those by URL, one on each line."""
    connected = in_order("image", images)
    stills = (still(f"image_{number}", image, model_name) for number, image in enumerate(connected, 1))
    return (*stills, *urls.split())


def in_order(name: str, values: Sequence[Value | None]) -> tuple[Value, ...]:
    """Of sockets that a prompt cites by their numbers: a gap would make each number after it mean another one."""
    given = [value is not None for value in values]
    if (count := sum(given)) and not all(given[:count]):
        empty, last = given.index(False) + 1, len(given) - given[::-1].index(True)
        raise InvalidRequest(
            f"{name}_{last} is connected, but {name}_{empty} is not.", f"Connect them in order, from {name}_1 on."
        )
    return tuple(value for value in values if value is not None)


def exactly_one(**given: Any) -> None:
    """Of sockets and texts; raises InvalidRequest."""
    from ..kling_api.operations import rules

    rules.exactly_one(
        {name: value.strip() if isinstance(value, str) else value is not None for name, value in given.items()}
    )


def sound(audio: Any) -> Sound:
    """An AUDIO as mp3, at the highest rate that the API's limit leaves room for."""
    from ..kling_api.media import encode_sound

    return encode_sound(audio, LARGEST_SOUND)


@contextmanager
def clip(video: Any, url: str) -> Iterator[Clip]:
    """The clip of the socket `video`, which lies in a file meanwhile, or `video_url`; "" where neither is given."""
    url = url.strip()
    if video is None:
        yield url
        return
    if url:
        raise InvalidRequest("video and video_url are both given.", "Disconnect video, or empty video_url.")
    from ..kling_api.media import read_footage

    with host.video_file(video) as path:
        footage = read_footage(path)
        made_of = host.digest_of_video(video)
        yield replace(footage, source=made_of, content=footage.source) if made_of else footage
