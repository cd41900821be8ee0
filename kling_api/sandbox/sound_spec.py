"""Which sound is to be made, as JSON that a restarted sandbox can still read."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, replace

from .sources import Sources
from .video_request import SoundRequest


@dataclass(frozen=True)
class SoundSpec:
    """`video` as in a clip's spec."""

    operation: str
    text: str
    voice: str
    language: str
    speed: float
    seconds: float
    video: str
    effect_prompt: str
    music_prompt: str
    asmr: bool
    note: str = ""

    def to_json(self) -> str:
        return json.dumps(asdict(self), sort_keys=True, ensure_ascii=False)

    def digest(self) -> str:
        """Same request, same digest, same files. Only meaningful once no URL is left in it."""
        return hashlib.sha256(replace(self, note="").to_json().encode()).hexdigest()


def sound_spec_of(request: SoundRequest, sources: Sources) -> SoundSpec:
    """Raises Refused for what `sources` does not have."""
    return SoundSpec(
        operation=request.operation,
        text=request.text,
        voice=request.voice,
        language=request.language,
        speed=request.speed,
        seconds=request.seconds,
        video=sources.clip(request.video),
        effect_prompt=request.effect_prompt,
        music_prompt=request.music_prompt,
        asmr=request.asmr,
        note=request.note,
    )


def read_sound_spec(text: str) -> SoundSpec:
    return SoundSpec(**json.loads(text))
