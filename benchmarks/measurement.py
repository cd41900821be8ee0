"""One measured comparison, as it is printed and stored."""

from __future__ import annotations

from dataclasses import dataclass, field
from statistics import median


@dataclass(frozen=True)
class Measurement:
    """Ours beside the usual way, in `unit`; `goal` is the largest `ratio` that we accept, None where none is set.

    `ratio` is the median of ours by the median of the usual way, or the median of ours itself where `ours_alone`.
    `comfyui`: the same with ComfyUI's own functions, when COMFYUI_DIR is set. `beside` names what stands in place of
    the usual way, if something else does.
    """

    what: str
    unit: str
    goal: float | None
    ours: list[float]
    usual: list[float] = field(default_factory=list)
    ours_alone: bool = False
    notes: dict[str, object] = field(default_factory=dict)
    comfyui: list[float] = field(default_factory=list)
    beside: str = ""

    @property
    def ratio(self) -> float:
        return median(self.ours) if self.ours_alone else median(self.ours) / median(self.usual)

    @property
    def met(self) -> bool | None:
        """None where no goal is set."""
        return None if self.goal is None else self.ratio <= self.goal
