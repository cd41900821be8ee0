"""One line of the doctor's report."""

from __future__ import annotations

from dataclasses import dataclass

#: NOTE is worth knowing and nothing to mend.
OK, NOTE, WARN, FAIL = "OK", "NOTE", "WARN", "FAIL"


@dataclass(frozen=True)
class Finding:
    """`advice` says what to do about it."""

    level: str
    what: str
    advice: str = ""

    def __str__(self) -> str:
        return f"{self.level:<5} {self.what}" + (f"\n      {self.advice}" if self.advice else "")
