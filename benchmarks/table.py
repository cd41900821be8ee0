"""Measurements as text: the table that a run prints, and the README's in Markdown from the stored figures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from statistics import median

from .measurement import Measurement
from .results import stored

_HEADINGS = ("what", "usual way", "ComfyUI's own", "ours", "ratio", "goal")
_FOOTNOTE = "Medians. The usual way is our own plain version of what is commonly done, run in turn with ours."


def plain(measurements: Sequence[Measurement]) -> str:
    """Columns for the terminal, with a verdict where there is a goal."""
    verdicts = {True: "met", False: "MISSED", None: ""}
    rows = [(*_HEADINGS, "")] + [(*_cells(row), verdicts[row.met]) for row in measurements]
    rows = _without_empty_columns(rows)
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [
        "  ".join(cell.rjust(width) if number else cell.ljust(width) for number, (cell, width) in enumerate(pairs))
        for pairs in (list(zip(row, widths, strict=True)) for row in rows)
    ]
    return "\n".join([*(line.rstrip() for line in lines), "", _FOOTNOTE])


def markdown(names: Iterable[str], words: Mapping[str, str] | None = None) -> str:
    """The stored figures of these benchmarks as one table. `words`: of another language, for all of ours."""
    rows = [_HEADINGS, *(_cells(row) for name in names for row in stored(name))]
    if words is not None:
        rows = [tuple(_in_words(cell, words) for cell in row) for row in rows]
    heading, *body = _without_empty_columns(rows)
    return "\n".join("| " + " | ".join(cells) + " |" for cells in (heading, ("---",) * len(heading), *body))


def _in_words(cell: str, words: Mapping[str, str]) -> str:
    """A figure stays what it is, but for the unit behind it and what stands before it ("first tenth: 12 ms")."""
    if cell in words or not any(character.isdigit() for character in cell):
        return words[cell] if cell else ""
    if cell.startswith("<="):
        goal, _, missed = cell.partition(", ")
        return f"{goal}, {words[missed]}" if missed else goal
    beside, colon, figure = cell.rpartition(": ")
    number, _, unit = figure.partition(" ")
    figure = f"{number} {words.get(unit, unit)}".rstrip()
    return f"{words[beside]}: {figure}" if colon else figure


def _cells(row: Measurement) -> tuple[str, ...]:
    usual = _figure(row.usual, row.unit)
    return (
        row.what,
        f"{row.beside}: {usual}" if row.beside and usual else usual,
        _figure(row.comfyui, row.unit),
        _figure(row.ours, row.unit),
        _number(median(row.ours) / median(row.usual)) if row.usual and median(row.usual) else "",
        "" if row.goal is None else f"<= {_number(row.goal)}{'' if row.met else ', missed'}",
    )


def _figure(runs: list[float], unit: str) -> str:
    return f"{_number(median(runs))} {unit}".rstrip() if runs else ""


def _number(value: float) -> str:
    """Two decimals, fewer for large numbers, more for very small ones."""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    if abs(value) >= 10:
        return f"{value:.1f}"
    return f"{value:.2f}" if abs(value) >= 0.1 or not value else f"{value:.2g}"


def _without_empty_columns(rows: Sequence[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """A column that says nothing below its heading is left out."""
    kept = [number for number in range(len(rows[0])) if any(row[number] for row in rows[1:])]
    return [tuple(row[number] for number in kept) for row in rows]
