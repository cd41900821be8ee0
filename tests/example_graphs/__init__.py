"""What the example workflows hold, in short; `make_examples.py` writes them as files that ComfyUI opens."""

from __future__ import annotations

from .basics import BASICS
from .faces import FACES
from .graph import Example
from .pictures import PICTURES
from .productions import PRODUCTIONS
from .sounds import SOUNDS
from .videos import VIDEOS

EXAMPLES: tuple[Example, ...] = (*BASICS, *PRODUCTIONS, *VIDEOS, *FACES, *PICTURES, *SOUNDS)
