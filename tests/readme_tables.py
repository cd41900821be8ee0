"""The tables of the READMEs that are made from data. `python tests/readme_tables.py` writes them anew."""

from __future__ import annotations

from pathlib import Path

from kling_api import capabilities
from kling_api.capabilities import VideoModel, Way

ROOT = Path(__file__).resolve().parents[1]
READMES = ("README.md", "README.zh.md")
HEADINGS = {
    "README.md": (
        "model",
        "text to video",
        "image to video",
        "with sound",
        "end frame",
        "camera",
        "units per second (♪ with sound)",
    ),
    "README.zh.md": ("模型", "文生视频", "图生视频", "带声音", "尾帧", "运镜", "每秒积分（♪ 带声音）"),
}
RETIRED = {"README.md": " (announced to end {})", "README.zh.md": "（官方已宣布于 {} 下线）"}


def models_table(readme: str) -> str:
    """One row per model, in Markdown."""
    headings = HEADINGS[readme]
    rows = [headings, tuple("---" for _ in headings)]
    rows += [_row(model, RETIRED[readme]) for model in capabilities.video_models().values()]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def with_tables(readme: str) -> str:
    """The README's text with its tables as they should be."""
    text = (ROOT / readme).read_text(encoding="utf-8")
    before, _, rest = text.partition("<!-- models:")
    comment, _, rest = rest.partition("-->")
    _, _, after = rest.partition("<!-- /models -->")
    return f"{before}<!-- models:{comment}-->\n\n{models_table(readme)}\n\n<!-- /models -->{after}"


def _row(model: VideoModel, retired: str) -> tuple[str, ...]:
    text, image = model.ways["text2video"], model.ways["image2video"]
    name = f"`{model.id}`" + (retired.format(model.retired) if model.retired else "")
    camera = [_camera("text2video", text), _camera("image2video", image)]
    return (
        name,
        _modes(text),
        _modes(image),
        _modes([way for way in (*text, *image) if "on" in way.sound]),
        _modes([way for way in image if {"first+last", "last"} & set(way.frames)]),
        ", ".join(filter(None, camera)) or "-",
        _units(model),
    )


def _modes(ways: list[Way] | tuple[Way, ...]) -> str:
    """ "std, pro 5, 10 s; 4k 5 s": which modes, how long."""
    if not ways:
        return "-"
    lengths: dict[str, set[int]] = {}
    for way in ways:
        for mode in way.mode:
            lengths.setdefault(mode, set()).update(way.duration)
    by_length: dict[str, list[str]] = {}
    for mode, seconds in lengths.items():
        by_length.setdefault(_seconds(sorted(seconds)), []).append(mode)
    return "; ".join(f"{', '.join(modes)}: {seconds} s" for seconds, modes in by_length.items())


def _seconds(seconds: list[int]) -> str:
    if len(seconds) > 2 and seconds == list(range(seconds[0], seconds[-1] + 1)):
        return f"{seconds[0]}-{seconds[-1]}"
    return ", ".join(map(str, seconds))


def _camera(operation: str, ways: tuple[Way, ...]) -> str:
    able = [way for way in ways if way.camera]
    if not able:
        return ""
    types = "simple" if able[0].camera == ("simple",) else "all types"
    return f"{operation} {_modes(able)}, {types}"


def _units(model: VideoModel) -> str:
    prices = []
    for mode, by_sound in model.units.items():
        silent, loud = by_sound.get("off"), by_sound.get("on")
        prices.append(f"{mode} {silent or loud}" + (f" (♪ {loud})" if silent and loud and loud != silent else ""))
    return ", ".join(prices) or "-"


if __name__ == "__main__":
    for name in READMES:
        new_text = with_tables(name)
        (ROOT / name).write_text(new_text, encoding="utf-8")
