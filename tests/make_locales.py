"""Writes `locales/<en|zh>/nodeDefs.json`, which ComfyUI reads, from the nodes' schemas: `python tests/make_locales.py`.

The Chinese is in `locales/zh/texts.json`, by English text; what is new is put there with "", to be translated by hand.
`locales/zh-TW`, a language of its own to ComfyUI, is all of `locales/zh` in the letters and words of Taiwan.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from conftest import ROOT, STUB, load_like_comfyui, nodes_of
from opencc import OpenCC

from kling_api import catalog

LOCALES = ROOT / "locales"
TEXTS = LOCALES / "zh" / "texts.json"
LANGUAGES = ("en", "zh")
TAIWAN = "zh-TW"
#: Where the converter takes a word for one of computing that means another thing here.
_TAIWAN_WORDS = {
    **{"擴充套件": "擴展", "型別": "類型", "閘道器": "閘道", "併發": "並行", "畫素": "像素", "令牌": "權杖"},
    **{"引數": "參數", "賬號": "帳號", "鬚": "須", "隻": "只"},
}
#: Words for the values of menus, by input; values that are not in here (model ids, ratios, scenes) stay as they are.
OPTIONS = {
    "mode": {"std": "std (standard)", "pro": "pro (high quality)", "4k": "4k"},
    "decode": {"all": "all frames", "first": "first frame", "last": "last frame"},
    "aspect_ratio": {"auto": "auto"},
    "resolution": {"1k": "1k (about 1024 pixels)", "2k": "2k (about 2048 pixels)", "4k": "4k (about 4096 pixels)"},
    "refer_type": {"feature": "follow it", "base": "edit it"},
    "character_orientation": {"video": "as in the clip", "image": "as in the picture"},
    "shot_type": {"customize": "your own shots", "intelligence": "the model decides"},
    "type": {
        "simple": "one axis",
        "down_back": "down and back",
        "forward_up": "forward and up",
        "right_turn_forward": "turn right and forward",
        "left_turn_forward": "turn left and forward",
    },
    "move": {
        name: name
        for name in (
            *("push in", "pull out", "move left", "move right", "move down", "move up", "pan left", "pan right"),
            *("tilt down", "tilt up", "roll counter-clockwise", "roll clockwise", "down and back", "forward and up"),
            *("turn right and forward", "turn left and forward"),
        )
    },
    "image_reference": {"none": "nothing", "subject": "the subject", "face": "the face"},
    "result_type": {"single": "single pictures", "series": "a series"},
    "voice_language": {"zh": "Chinese", "en": "English"},
    "model_name": {"the usual one": "the usual one"},
    "operation": {
        "made on this machine": "made on this machine",
        "text2video": "text to video",
        "image2video": "image to video",
        "omni-video": "omni video",
        "multi-image2video": "multi-image to video",
        "motion-control": "motion control",
        "video-extend": "video extend",
        "effects": "video effects",
        "avatar/image2video": "avatar",
        "advanced-lip-sync": "lip sync",
        "try-on-video": "try-on as a clip, newapi",
        "generations": "image generation",
        "omni-image": "omni image",
        "multi-image2image": "multi-image to image",
        "editing/expand": "image expand",
        "kolors-virtual-try-on": "virtual try-on",
        "image-recognize": "image recognize",
        "ai-multi-shot": "multi-shot images",
        "tts": "text to speech",
        "text-to-audio": "text to audio",
        "video-to-audio": "video to audio",
        "custom-voices": "custom voice",
        "advanced-custom-elements": "custom element",
        "multi-elements": "old multi-elements",
        "lip-sync": "old lip sync",
    },
}
#: From an English text and the node that it stands on to the text in a language.
Translate = Callable[[str, str], str]


@dataclass(frozen=True)
class Chinese:
    """The table of texts.json. A name that means something else on a node has an entry `name (NodeId)`."""

    texts: Mapping[str, str]

    def __call__(self, english: str, node: str) -> str:
        return self.texts.get(_on(english, node)) or self.texts.get(english, "")


def files(nodes: Mapping[str, Any]) -> dict[str, str]:
    """Path below locales/ -> content of every file that is written here."""
    texts = json.loads(TEXTS.read_text(encoding="utf-8")) if TEXTS.exists() else {}
    chinese = _as_json(node_defs(nodes, "zh", Chinese(texts)))
    by_hand = {name: (LOCALES / "zh" / name).read_text(encoding="utf-8") for name in ("main.json", "settings.json")}
    return {
        "zh/texts.json": _as_json(completed(nodes, texts)),
        "en/nodeDefs.json": _as_json(node_defs(nodes, "en", lambda text, _node: text)),
        "zh/nodeDefs.json": chinese,
        **{f"{TAIWAN}/{name}": taiwanese(text) for name, text in {"nodeDefs.json": chinese, **by_hand}.items()},
    }


def taiwanese(text: str) -> str:
    text = _converter().convert(text)
    for word, meant in _TAIWAN_WORDS.items():
        text = text.replace(word, meant)
    return text


def node_defs(nodes: Mapping[str, Any], language: str, translate: Translate) -> dict[str, Any]:
    """Of all nodes, as ComfyUI's front end reads it: vue-i18n compiles each text."""
    return {name: _node_def(name, node.define_schema(), language, translate) for name, node in nodes.items()}


def completed(nodes: Mapping[str, Any], texts: Mapping[str, str]) -> dict[str, str]:
    """The texts that there are now, in the order of the schemas, "" for one that has no Chinese yet."""
    wanted: dict[str, str] = {}

    def note(english: str, node: str) -> str:
        own = _on(english, node)
        wanted.update({own: texts[own]} if own in texts else {english: texts.get(english, "")})
        return english

    node_defs(nodes, "en", note)
    return wanted


def escaped(text: str) -> str:
    """As vue-i18n writes what it would take for syntax."""
    return re.sub(r"[{}@|]", lambda found: f"{{'{found[0]}'}}", text)


def _node_def(name: str, schema: Any, language: str, translate: Translate) -> dict[str, Any]:
    def text(english: str) -> str:
        return escaped(translate(english, name))

    return {
        "display_name": text(schema.display_name),
        "description": text(schema.description),
        "inputs": {
            one.id: {"name": text(one.id), "tooltip": text(one.options["tooltip"])} | _options(one, language, text)
            for one in schema.inputs
        },
        "outputs": {
            str(number): {"name": text(one.id), "tooltip": text(one.options["tooltip"])}
            for number, one in enumerate(schema.outputs)
        },
    }


def _options(socket: Any, language: str, text: Callable[[str], str]) -> dict[str, Any]:
    """`options` of a menu whose values are words."""
    words = OPTIONS.get(socket.id, {})
    menu = socket.options.get("options", ())
    known = {value: _label(text(words[value]), value, language) for value in menu if value in words}
    if socket.id == "voice_id" and "options" in socket.options:
        known = dict(_voices(language))
    return {"options": known} if known else {}


def _label(words: str, value: str, language: str) -> str:
    """With the API's own value, which tooltips and error texts name. One with a space in it is ours."""
    if " " in value or re.search(rf"(?<![a-z0-9]){re.escape(value)}(?![a-z0-9])", words.lower()):
        return words
    return f"{words}（{value}）" if language == "zh" else f"{words} ({value})"


def _voices(language: str) -> Iterator[tuple[str, str]]:
    """Kling's own names, in the other language where a voice has one alone."""
    for voice in catalog.voices():
        known = catalog.voice(voice.id, language) or voice
        yield voice.id, _label(known.name, voice.id, language)


@cache
def _converter() -> OpenCC:
    return OpenCC("s2twp")


def _on(english: str, node: str) -> str:
    return f"{english} ({node})"


def _as_json(content: Any) -> str:
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"


def main() -> None:
    sys.path.insert(0, str(STUB))
    nodes = nodes_of(load_like_comfyui(ROOT))
    for name, content in files(nodes).items():
        (LOCALES / name).parent.mkdir(parents=True, exist_ok=True)
        (LOCALES / name).write_text(content, encoding="utf-8")
    missing = [text for text, chinese in json.loads(TEXTS.read_text(encoding="utf-8")).items() if not chinese]
    print("\n".join(["Not in Chinese yet:", *missing]) if missing else "Everything is in Chinese.")


if __name__ == "__main__":
    main()
