"""The tables of the READMEs that are made from data. `python tests/readme_tables.py` writes them anew."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from kling_api.dialects import DIALECTS
from kling_api.dialects.wire import Dialect
from kling_api.models import Model, Way, models_with, video_models
from kling_api.operations import OPERATIONS

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
DIALECT_WORDS = {
    "README.md": {
        "operation": "operation",
        "dialect": "dialect",
        "any": "none is left out",
        "text2video": "text to video",
        "image2video": "image to video",
        "multi-image2video": "several pictures to video",
        "motion-control": "motion control",
        "video-extend": "extend a clip",
        "avatar/image2video": "avatar",
        "advanced-lip-sync": "lip sync",
        "try-on-video": "virtual try-on as a clip",
        "generations": "image generation",
        "omni-image": "omni image",
        "omni-video": "omni video",
        "effects": "video effects",
        "multi-image2image": "several pictures to image",
        "editing/expand": "expand a picture",
        "kolors-virtual-try-on": "virtual try-on",
        "image-recognize": "masks of a picture",
        "ai-multi-shot": "views of a subject",
        "tts": "text to speech",
        "text-to-audio": "text to sound",
        "video-to-audio": "sound for a clip",
        "custom-voices": "a voice of one's own",
        "advanced-custom-elements": "an element of one's own",
        "callback_url": "reports to a URL",
        "unit": "counts money in",
        "units": "units",
        "credits": "credits",
        "quota": "the gateway's quota",
        "yes": "yes",
        "sound": "sound",
        "image_tail": "end frame",
        "camera_control": "camera",
        "mask_image": "mask",
        "identify-face": "the look for faces before a lip sync",
    },
    "README.zh.md": {
        "operation": "操作",
        "dialect": "方言",
        "any": "不限",
        "text2video": "文生视频",
        "image2video": "图生视频",
        "multi-image2video": "多图参考生视频",
        "motion-control": "动作控制",
        "video-extend": "视频延长",
        "avatar/image2video": "数字人",
        "advanced-lip-sync": "口型同步（对口型）",
        "try-on-video": "虚拟试穿（视频）",
        "generations": "图片生成",
        "omni-image": "全能图片（Omni）",
        "omni-video": "全能视频（Omni）",
        "effects": "视频特效",
        "multi-image2image": "多图参考生图",
        "editing/expand": "扩图",
        "kolors-virtual-try-on": "虚拟试穿",
        "image-recognize": "图片识别（遮罩）",
        "ai-multi-shot": "主体多视角图",
        "tts": "语音合成",
        "text-to-audio": "文生音效",
        "video-to-audio": "视频生音效",
        "custom-voices": "自定义音色",
        "advanced-custom-elements": "自定义主体",
        "callback_url": "回调通知",
        "unit": "计费单位",
        "units": "积分（units）",
        "credits": "credits",
        "quota": "网关的额度",
        "yes": "支持",
        "sound": "声音",
        "image_tail": "尾帧",
        "camera_control": "运镜",
        "mask_image": "遮罩",
        "identify-face": "口型同步之前的人脸识别",
    },
}
FURTHER_OPERATIONS = (
    *("omni-video", "motion-control", "multi-image2video"),
    *("generations", "omni-image", "multi-image2image", "kolors-virtual-try-on"),
)
FURTHER_HEADINGS = {
    "README.md": ("operation", "model", "modes and seconds, or sizes", "units per second, or image units per picture"),
    "README.zh.md": ("操作", "模型", "模式与时长，或分辨率", "每秒积分，或每张图的图片积分"),
}
FURTHER_WORDS = {
    "README.md": {
        "as the clip": "as long as the clip",
        "on": "♪",
        "video": "with a clip",
        "none": "from text",
        "voice": "with a voice",
    },
    "README.zh.md": {
        "as the clip": "与参考视频等长",
        "on": "♪",
        "video": "带参考视频",
        "none": "文生图",
        "voice": "指定音色",
    },
}
PRICE_HEADINGS = {"README.md": ("what else costs something", "price"), "README.zh.md": ("其他收费项目", "价格")}
PRICE_WORDS = {
    "README.md": {
        "call": "{} units",
        "second": "{} units per second",
        "sound": "{units} units for each {seconds} s of sound that have begun",
        "image": "{} image units per picture",
        "views": "{} image units for all nine pictures",
        "unknown": "not known",
    },
    "README.zh.md": {
        "call": "{} 积分",
        "second": "每秒 {} 积分",
        "sound": "声音每 {seconds} 秒 {units} 积分，不足 {seconds} 秒按 {seconds} 秒计",
        "image": "每张图 {} 图片积分",
        "views": "九张图共 {} 图片积分",
        "unknown": "不详",
    },
}
FIGURE_WORDS = ROOT / "benchmarks" / "table_zh.json"
RETIRED = {"README.md": " (announced to end {})", "README.zh.md": "（官方已宣布于 {} 下线）"}


def models_table(readme: str) -> str:
    """One row per model of plain clips, in Markdown; below, one for each operation of the other models."""
    plain = [model for model in video_models().values() if model.ways["text2video"] or model.ways["image2video"]]
    clips = _table(HEADINGS[readme], [_row(model, readme) for model in plain])
    return f"{clips}\n\n{_table(FURTHER_HEADINGS[readme], _further_rows(readme))}"


def prices_table(readme: str) -> str:
    """One row for each operation of Kling's own platform that has no models, or no price."""
    prices = json.loads((ROOT / "kling_api/data/prices.json").read_text(encoding="utf-8"))
    costs = _prices(prices, PRICE_WORDS[readme])
    official, with_models = DIALECTS["official"], {*FURTHER_OPERATIONS, "text2video", "image2video"}
    costs |= {
        made.kind: PRICE_WORDS[readme]["unknown"]
        for made in OPERATIONS
        if made.kind not in {*costs, *with_models} and official.fields(made.kind)
    }
    return _table(PRICE_HEADINGS[readme], [(DIALECT_WORDS[readme][name], cost) for name, cost in costs.items()])


def _prices(prices: dict[str, Any], words: dict[str, str]) -> dict[str, str]:
    by_mode = {
        name: ", ".join(f"{mode} {units}" for mode, units in modes.items())
        for name, modes in prices["per_second"].items()
    }
    per_image = prices["per_image"]
    return (
        {name: words["second"].format(modes) for name, modes in by_mode.items()}
        | {"advanced-lip-sync": words["sound"].format(**prices["lip_sync"])}
        | {name: words["call"].format(units) for name, units in prices["per_call"].items()}
        | {name: words["views" if name == "ai-multi-shot" else "image"].format(per_image[name]) for name in per_image}
    )


def _table(headings: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    return "\n".join(f"| {' | '.join(row)} |" for row in (headings, tuple("---" for _ in headings), *rows))


def _further_rows(readme: str) -> list[tuple[str, ...]]:
    words = FURTHER_WORDS[readme]
    return [
        (
            DIALECT_WORDS[readme][operation],
            _id(model, RETIRED[readme]),
            _choice(model, operation, words),
            _price(model, operation, words),
        )
        for operation in FURTHER_OPERATIONS
        for model in models_with(operation).values()
        if model.ways.get(operation)
    ]


def _choice(model: Model, operation: str, words: dict[str, str]) -> str:
    """Modes with their seconds, or the sizes of pictures."""
    ways = model.ways[operation]
    if operation == "motion-control":
        return f"{', '.join(dict.fromkeys(mode for way in ways for mode in way.mode))}: {words['as the clip']}"
    if any(way.mode for way in ways):
        return _modes([way for way in ways if way.duration])
    sizes = dict.fromkeys(size for way in ways for size in way.resolution)
    return ", ".join(sizes) or "-"


def _price(model: Model, operation: str, words: dict[str, str]) -> str:
    if operation in model.image_units:
        return ", ".join(_image_price(way, units, words) for way, units in model.image_units[operation])
    prices = []
    for mode, by_sort in model.units.get(operation, {}).items():
        more = [f"{words[sort]} {by_sort[sort]}" for sort in ("on", "video") if sort in by_sort]
        prices.append(f"{mode} {by_sort['off']}" + (f" ({', '.join(more)})" if more else ""))
    return ", ".join(prices) or "-"


def _image_price(way: Way, units: str, words: dict[str, str]) -> str:
    circumstances = [words[value] for value in way.references] + list(way.resolution)
    return f"{units} ({', '.join(circumstances)})" if circumstances else units


def _id(model: Model, retired: str) -> str:
    return f"`{model.id}`" + (retired.format(model.retired) if model.retired else "")


def dialects_table(readme: str) -> str:
    """One row per operation, one column per dialect: what can be said there, with any model."""
    words = DIALECT_WORDS[readme]
    headings = (words["operation"], *(f"`{name}`" for name in DIALECTS))
    rows = [headings, tuple("---" for _ in headings)]
    rows += [(f"{words[kind.kind]} (`{kind.kind}`)", *_cells(kind.kind, words)) for kind in OPERATIONS]
    callback = [words["yes"] if _has_callback(name) else "-" for name in DIALECTS]
    rows += [(f"{words['callback_url']} (`callback_url`)", *callback), (words["unit"], *_units_told(words))]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def dialect_models_table(readme: str) -> str:
    """The models that each provider documents for clips from text and from a picture."""
    words = DIALECT_WORDS[readme]
    operations = ("text2video", "image2video")
    rows = [(words["dialect"], *(words[name] for name in operations)), ("---",) * 3]
    for name, dialect in DIALECTS.items():
        if name != "official":
            rows.append((f"`{name}`", *(_listed(dialect, operation, words) for operation in operations)))
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _listed(dialect: Dialect, operation: str, words: dict[str, str]) -> str:
    if not dialect.fields(operation):
        return "-"
    return ", ".join(f"`{model}`" for model in dialect.models_for(operation)) or words["any"]


def with_tables(readme: str) -> str:
    """The README's text with its tables as they should be."""
    text = (ROOT / readme).read_text(encoding="utf-8")
    text = _replaced(text, "models", models_table(readme))
    text = _replaced(text, "prices", prices_table(readme))
    text = _replaced(text, "dialects", dialects_table(readme))
    text = _replaced(text, "dialect models", dialect_models_table(readme))
    return _replaced(text, "figures", figures_table(readme))


def figures_table(readme: str) -> str:
    """What the benchmarks have measured, from their stored files."""
    sys.path.append(str(ROOT))  # it is no package that is installed
    from benchmarks import table
    from benchmarks.__main__ import BENCHMARKS

    words = json.loads(FIGURE_WORDS.read_text(encoding="utf-8")) if readme == "README.zh.md" else None
    return table.markdown(BENCHMARKS, words)


def _replaced(text: str, name: str, table: str) -> str:
    before, _, rest = text.partition(f"<!-- {name}:")
    comment, _, rest = rest.partition("-->")
    _, _, after = rest.partition(f"<!-- /{name} -->")
    return f"{before}<!-- {name}:{comment}-->\n\n{table}\n\n<!-- /{name} -->{after}"


def _cells(operation: str, words: dict[str, str]) -> list[str]:
    return [_cell(dialect.fields(operation), words) for dialect in DIALECTS.values()]


def _cell(fields: frozenset[str], words: dict[str, str]) -> str:
    extras = [words[name] for name in ("sound", "image_tail", "camera_control", "mask_image") if name in fields]
    return (f"{words['yes']}: {', '.join(extras)}" if extras else words["yes"]) if fields else "-"


def _has_callback(name: str) -> bool:
    return any("callback_url" in DIALECTS[name].fields(kind.kind) for kind in OPERATIONS)


def _units_told(words: dict[str, str]) -> list[str]:
    return [words[dialect.unit] for dialect in DIALECTS.values()]


def _row(model: Model, readme: str) -> tuple[str, ...]:
    text, image = model.ways["text2video"], model.ways["image2video"]
    camera = [_camera("text2video", text), _camera("image2video", image)]
    return (
        _id(model, RETIRED[readme]),
        _modes(text),
        _modes(image),
        _modes([way for way in (*text, *image) if "on" in way.sound]),
        _modes([way for way in image if {"first+last", "last"} & set(way.frames)]),
        ", ".join(filter(None, camera)) or "-",
        _units(model, FURTHER_WORDS[readme]),
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


def _units(model: Model, words: dict[str, str]) -> str:
    prices = []
    for mode, by_sort in model.units["text2video"].items():
        silent, loud = by_sort.get("off"), by_sort.get("on")
        spoken = model.units["image2video"].get(mode, {}).get("voice")
        more = [f"♪ {loud}"] if silent and loud and loud != silent else []
        more += [f"{words['voice']} {spoken}"] if spoken else []
        prices.append(f"{mode} {silent or loud}" + (f" ({', '.join(more)})" if more else ""))
    return ", ".join(prices) or "-"


if __name__ == "__main__":
    for name in READMES:
        new_text = with_tables(name)
        (ROOT / name).write_text(new_text, encoding="utf-8")
