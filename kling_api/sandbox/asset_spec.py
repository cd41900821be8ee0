"""Of what a voice or an element is to be made, as JSON that a restarted sandbox can still read."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, replace

from .sources import Sources
from .video_request import AssetRequest


@dataclass(frozen=True)
class AssetSpec:
    """Pictures, `sound` and `video` as in a clip's spec. `document` is given back as it came."""

    operation: str
    name: str
    document: str
    pictures: tuple[str, ...] = ()
    sound: str = ""
    video: str = ""
    note: str = ""

    def to_json(self) -> str:
        return json.dumps(asdict(self), sort_keys=True, ensure_ascii=False)

    def digest(self) -> str:
        """Same media, same digest, same file. Only meaningful once no URL is left in it."""
        return hashlib.sha256(replace(self, note="", name="", document="").to_json().encode()).hexdigest()


def asset_spec_of(request: AssetRequest, sources: Sources) -> AssetSpec:
    """Raises Refused for what `sources` does not have."""
    return AssetSpec(
        operation=request.operation,
        name=request.name,
        document=request.document,
        pictures=sources.pictures(request.pictures),
        sound=sources.sound(request.sound),
        video=sources.clip(request.video),
        note=request.note,
    )


def read_asset_spec(text: str) -> AssetSpec:
    values = json.loads(text)
    return AssetSpec(**values | {"pictures": tuple(values["pictures"])})
