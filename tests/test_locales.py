"""The texts that ComfyUI shows, in English and Chinese: all there, as they are generated, true to schemas and data."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import field, make_dataclass
from typing import Any

import pytest
from conftest import ROOT, LoadPack, nodes_of, part_of
from make_locales import LANGUAGES, LOCALES, OPTIONS, TAIWAN, TEXTS, escaped, files, taiwanese

from kling_api import capabilities
from kling_api.models import image_models, video_models

CHINESE = re.compile(r"[\u4e00-\u9fff]")
#: What stands in Chinese as it stands in English.
KEPT = re.compile(
    r"<<<\w+>>>|kling-[\w.-]*\w|virtual_try_on|user/__kling/[\w.]*\w|\b(?:std|pro|sandbox|newapi|unified|mp4|mov|mp3|wav"
    r"|m4a|aac|PNG|JPEG|JSON)\b|(?<![\w.-])-?\d+(?:\.\d+)?"
)
#: Labels that are the same in both languages, but for a capital letter.
SAME = {"4k": "4K"}
#: Shown by every language's front end as they are, and compiled by vue-i18n.
SYNTAX = re.compile(r"[{}@|]")
LITERAL = re.compile(r"\{'[{}@|]'\}")
ADVANCED = {
    "callback_url",
    "cfg_scale",
    "image_urls",
    "subject_image_urls",
    "tags",
    "operation",
    "aspect_ratio",
    "prompt",
}


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    return json.loads(TEXTS.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def told(nodes: dict[str, Any]) -> dict[tuple[str, str], str]:
    """(node, input) -> tooltip."""
    return {
        (name, one.id): one.options["tooltip"] for name, node in nodes.items() for one in node.define_schema().inputs
    }


@pytest.mark.parametrize(
    "name",
    [
        *("en/nodeDefs.json", "zh/nodeDefs.json", "zh/texts.json"),
        *("zh-TW/nodeDefs.json", "zh-TW/main.json", "zh-TW/settings.json"),
    ],
)
def test_a_file_is_what_is_made_from_the_schemas_and_the_translations(nodes: dict[str, Any], name: str) -> None:
    made, found = files(nodes)[name], (LOCALES / name).read_text(encoding="utf-8")
    assert found == made, "run: python tests/make_locales.py"


def test_every_node_input_and_output_has_its_texts(nodes: dict[str, Any]) -> None:
    for language in LANGUAGES:
        found = _read(language, "nodeDefs.json")
        assert list(found) == list(nodes)
        for name, node in nodes.items():
            schema = node.define_schema()
            assert list(found[name]["inputs"]) == [one.id for one in schema.inputs]
            assert list(found[name]["outputs"]) == [str(number) for number in range(len(schema.outputs))]
        assert all(text.strip() for _, text in _leaves(found))


def test_every_menu_of_words_has_words_for_all_its_values(nodes: dict[str, Any]) -> None:
    for node in nodes.values():
        for one in node.define_schema().inputs:
            if one.id in OPTIONS and one.id not in ("model_name", "aspect_ratio", "type"):
                assert set(one.options.get("options", ())) <= set(OPTIONS[one.id]), f"{node.__name__}.{one.id}"
    values = {
        value
        for node in nodes.values()
        for one in node.define_schema().inputs
        for value in one.options.get("options", ())
    }
    assert {value for words in OPTIONS.values() for value in words} <= values


def test_every_voice_is_called_what_kling_calls_it() -> None:
    english, chinese = (_read(language, "nodeDefs.json") for language in LANGUAGES)
    for node in ("KlingTextToSpeech", "KlingLipSync", "KlingAvatar"):
        assert english[node]["inputs"]["voice_id"]["options"]["ai_shatang"] == "Blossom (ai_shatang)"
        assert chinese[node]["inputs"]["voice_id"]["options"]["ai_shatang"] == "青春少女（ai_shatang）"
        assert chinese[node]["inputs"]["voice_id"]["options"]["AOT"] == "Ace（AOT）"


def test_every_text_has_a_translation_in_chinese(texts: dict[str, str]) -> None:
    english = [text for text, chinese in texts.items() if not CHINESE.search(chinese) and SAME.get(text) != chinese]
    assert english == []


def test_no_tooltip_and_no_description_is_left_in_english() -> None:
    for path, text in _leaves(_read("zh", "nodeDefs.json")):
        if path[-1] in ("tooltip", "description", "display_name"):
            assert CHINESE.search(text), path


def test_a_translation_keeps_the_numbers_the_models_and_what_a_prompt_cites(texts: dict[str, str]) -> None:
    lost = {
        text: missing
        for text, chinese in texts.items()
        if (missing := {kept for kept in KEPT.findall(text) if kept not in chinese and SAME.get(kept) != chinese})
    }
    assert lost == {}


def test_a_translation_is_written_as_chinese_is(texts: dict[str, str]) -> None:
    """Full-width punctuation, and a space between Chinese and other words and numbers."""
    wrong = re.compile(r"[\u4e00-\u9fff](?:[,;!?]|[A-Za-z0-9<])|[A-Za-z0-9>%][\u4e00-\u9fff]|[,.;] ?[\u4e00-\u9fff]|——")
    assert {text: wrong.findall(text) for text in texts.values() if wrong.search(text)} == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_in_a_text_is_syntax_of_vue_i18n(language: str) -> None:
    for path, text in _leaves(_read(language, "nodeDefs.json")):
        assert not SYNTAX.search(LITERAL.sub("", text)), path
        assert "%{" not in text, path
    assert escaped('{"a": "b@c|d"}') == "{'{'}\"a\": \"b{'@'}c{'|'}d\"{'}'}"


@pytest.mark.parametrize("name", ["nodeDefs.json", "main.json", "settings.json"])
def test_a_file_has_the_same_entries_in_both_languages(name: str) -> None:
    paths = [{path for path, _ in _leaves(_read(language, name))} for language in (*LANGUAGES, TAIWAN)]
    assert paths[0] == paths[1] == paths[2]


def test_taiwan_reads_its_own_words_and_no_other_text_is_touched() -> None:
    assert (
        taiwanese("视频须为 5 秒，只用一个轴；类型、网关、扩展、账号")
        == "影片須為 5 秒，只用一個軸；類型、閘道、擴展、帳號"
    )
    assert taiwanese("{'{'}\"video_url\"{'}'} kling-v3（std）{n}") == "{'{'}\"video_url\"{'}'} kling-v3（std）{n}"


def test_what_a_chinese_text_quotes_stands_on_the_screen() -> None:
    """A tooltip names labels of its own node, or of others beside their node; 代替 means one beside it."""
    definitions = _read("zh", "nodeDefs.json")
    titles = {title for one in definitions.values() for title in _titles(one["display_name"])}
    everywhere = {label for one in definitions.values() for label in _labels(one)}
    for name, one in definitions.items():
        for path, text in _leaves(one):
            quoted = re.findall(r"(.{2})「([^」]+)」", f"  {text}")
            assert {label for _, label in quoted} <= everywhere | titles | {"保存视频"}, (name, path)
            assert {label for before, label in quoted if before == "代替"} <= _labels(one), (name, path)


@pytest.mark.parametrize(
    ("word", "node"),
    [
        *(("首尾帧", "KlingImage2Video"), ("对口型", "KlingLipSync"), ("配音", "KlingTextToSpeech")),
        *(("抠图", "KlingImageRecognize"), ("遮罩", "KlingImageRecognize"), ("换脸", "KlingOmniImage")),
        *(("余额", "KlingAccount"), ("换装", "KlingVirtualTryOn"), ("配乐", "KlingVideoToAudio")),
        *(("克隆", "KlingVoice"), ("omni", "KlingOmniVideo"), ("多视角", "KlingMultiShotImages")),
    ],
)
def test_a_chinese_title_holds_the_word_that_people_search_for(word: str, node: str) -> None:
    """ComfyUI's search looks at a node's title alone (front end 1.37)."""
    title = _read("zh", "nodeDefs.json")[node]["display_name"]
    assert word in title.lower()
    assert len(title) <= 16


def test_the_models_of_a_menu_are_told_apart_as_the_data_does(told: dict[tuple[str, str], str]) -> None:
    for node, operation in (("KlingText2Video", "text2video"), ("KlingImage2Video", "image2video")):
        menu = capabilities.models_for(operation)
        live = [model for model in menu if not video_models()[model].retired]
        assert menu[: len(live)] == tuple(live)
        assert f"after {live[-1]} were announced" in told[node, "model_name"]
        with_4k = _able(operation, mode="4k")
        assert f"({' and '.join(with_4k)} only)" in told[node, "mode"]
        assert all(capabilities.ignores_cfg_scale(model) for model in menu if "-v2" in model)
        assert not any(capabilities.ignores_cfg_scale(model) for model in menu if "-v2" not in model)
        assert "Not with models v2.x," in told[node, "cfg_scale"]
        assert _models(told[node, "duration"]) == set(_able(operation, duration=15))
        loud = set(_able(operation, sound="on", mode="std")) | set(_able(operation, sound="on", mode="pro"))
        assert _models(told[node, "sound"]) == loud
        assert _models(told[node, "voice_1"]) == set(_able(operation, voices="some"))


def test_the_default_models_are_live(nodes: dict[str, Any]) -> None:
    for name, node in nodes.items():
        for one in node.define_schema().inputs:
            model = str(one.options["default"]) if one.id == "model_name" else ""
            known = [table[model] for table in (video_models(), image_models()) if model in table]
            if known and name != "KlingMultiImage2Video":  # Kling itself has one model for it, and no other
                assert not all(found.retired for found in known), name


def test_the_limits_of_clips_and_sounds_are_those_of_the_data(told: dict[tuple[str, str], str]) -> None:
    for row in _rows("clips"):
        node = CLIPS[row["operation"]]
        least, most = row["seconds"]
        text = told[node, "character_orientation" if row.get("when", {}).get("character_orientation") else "video"]
        assert f"{most:g} s" in text or f"{int(most)} s" in text, node
        assert f"{row['bytes'] // 1_000_000} MB" in told[node, "video"]
        assert f"{least} to " in told[node, "video"]
    for row in _rows("sounds"):
        assert f"{row['seconds'][0]} to {row['seconds'][1]} s" in told[SOUNDS[row["operation"]], "audio"]


def test_a_number_says_its_limits(nodes: dict[str, Any], told: dict[tuple[str, str], str]) -> None:
    """But for those that have none to speak of: a seed, a time, a frame; and a duration, which the model limits."""
    for name, node in nodes.items():
        for one in node.define_schema().inputs:
            least, most = one.options.get("min"), one.options.get("max")
            if least is None or most > 300 or one.id in ("duration", "series_amount"):
                continue
            assert f"{least:g} to {most:g}" in told[name, one.id], f"{name}.{one.id}"


def test_few_inputs_are_advanced_and_none_that_a_node_cannot_do_without(
    load_pack: LoadPack, monkeypatch: pytest.MonkeyPatch
) -> None:
    pack = load_pack("comfyui-kling@1.0")
    host = part_of(pack, "nodes.host")
    assert host.advanced() == {}  # as in ComfyUI 0.8.0

    def init(self: Any, id: str, advanced: bool = False, **options: Any) -> None:
        self.id, self.options = id, {**options, "advanced": advanced}

    monkeypatch.setattr(host.io.String.Input, "__init__", init)
    assert host.advanced() == {"advanced": True}
    for name, node in nodes_of(pack).items():
        schema = node.define_schema()
        hidden = {one.id for one in schema.inputs if one.options.get("advanced")}
        assert {one for one in hidden if not one.endswith("_url")} <= ADVANCED, name
        assert not hidden & {"model_name", "mode", "duration", "profile", "negative_prompt", "video_url"}, name
        assert "prompt" not in hidden or name == "KlingVirtualTryOn"
        assert hidden or not {"callback_url", "image_url"} & {one.id for one in schema.inputs}, name


def test_every_node_is_found_by_chinese_and_english_words(load_pack: LoadPack, monkeypatch: pytest.MonkeyPatch) -> None:
    pack = load_pack("comfyui-kling@1.0")
    io = part_of(pack, "nodes.host").io
    monkeypatch.setattr(
        io,
        "Schema",
        make_dataclass("Schema", [("search_aliases", list, field(default_factory=list))], bases=(io.Schema,)),
    )
    for name, node in nodes_of(pack).items():
        words = node.define_schema().search_aliases
        assert words[0] == "可灵"
        assert len(set(words)) == len(words) >= 4, name
        assert any(CHINESE.search(word) for word in words[1:]), name
        assert any(word.isascii() for word in words), name


CLIPS = {
    "omni-video": "KlingOmniVideo",
    "motion-control": "KlingMotionControl",
    "advanced-lip-sync": "KlingLipSync",
    "video-to-audio": "KlingVideoToAudio",
    "advanced-custom-elements": "KlingElement",
}
SOUNDS = {"advanced-lip-sync": "KlingLipSync", "avatar/image2video": "KlingAvatar", "custom-voices": "KlingVoice"}


def _titles(title: str) -> tuple[str, str]:
    """Whole, and without the second word in brackets."""
    return title, title.partition("（")[0]


def _labels(definition: Mapping[str, Any]) -> set[str]:
    return {one["name"] for part in ("inputs", "outputs") for one in definition[part].values()}


def _able(operation: str, **asked: Any) -> list[str]:
    """The live models that can do this."""
    return [
        model
        for model in capabilities.models_for(operation)
        if not video_models()[model].retired and not capabilities.problem(model, operation, asked)
    ]


def _models(text: str) -> set[str]:
    return set(re.findall(r"kling-[\w.-]*\w", text))


def _rows(name: str) -> list[dict[str, Any]]:
    """Of the data on clips and sounds."""
    path = ROOT / "kling_api" / "data" / "media_limits.json"
    return json.loads(path.read_text(encoding="utf-8"))[name]


def _read(language: str, name: str) -> Any:
    return json.loads((LOCALES / language / name).read_text(encoding="utf-8"))


def _leaves(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    if isinstance(value, Mapping):
        for key, below in value.items():
            yield from _leaves(below, (*path, key))
    else:
        yield path, value
