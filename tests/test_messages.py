"""Every text that a person sees while running the nodes is Chinese for whoever reads Chinese: all there, and right."""

from __future__ import annotations

import asyncio
import contextvars
import importlib
import inspect
import json
import re
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from types import ModuleType, SimpleNamespace
from typing import Any

import make_messages
import pytest
import torch
from conftest import execute, nodes_of, part_of

from kling_api import capabilities
from kling_api.dialects import DIALECTS
from kling_api.limits import BudgetSpent, Limits
from kling_api.operations import OPERATIONS
from kling_api.sandbox.server import Sandbox

#: Words of English that are no name: two in a row outside of quotes, commands and paths.
_ENGLISH = re.compile(r"(?<![\w./'\"`<{-])[A-Za-z']{2,}(?: [a-z']+)+")
#: Not English sentences: values that stand in Chinese ones.
_VALUES = re.compile(
    r"'[^']*'|\"[^\"]*\"|`[^`]*`|\bAPI Key\b|\b(?:Access|Secret) Key\b|\bmode (?:std|pro|4k)\b|\bSave Video\b"
    r"|\b(?:refer_type|shot_type|sound|camera_control|multi_shot|image_reference|type|character_orientation) [\w-]+"
)


@pytest.fixture
def messages() -> dict[str, str]:
    return json.loads(make_messages.MESSAGES.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def translation() -> Iterator[ModuleType]:
    """The module without the rest of the pack, which needs ComfyUI."""
    package = ModuleType("nodes_without_comfyui")
    package.__path__ = [str(make_messages.ROOT / "nodes")]
    sys.modules[package.__name__] = package
    yield importlib.import_module(f"{package.__name__}.translation")
    for name in [name for name in sys.modules if name.startswith(package.__name__)]:
        del sys.modules[name]


@pytest.fixture
def said(translation: ModuleType) -> Any:
    """English -> Chinese."""
    return lambda text: translation.translated(text, "zh")


@pytest.fixture
def in_chinese(pack: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    """The browser that queued the prompt at hand is Chinese."""
    import server

    monkeypatch.setattr(server.PromptServer, "instance", SimpleNamespace(client_id="a tab"), raising=False)
    part_of(pack, "nodes.language").remember("a tab", "zh-CN")


def test_every_text_of_the_code_has_its_chinese(messages: dict[str, str]) -> None:
    missing = [f"{said.places[0]}: {text}" for text, said in make_messages.found().items() if text not in messages]
    assert not missing, "add them to locales/zh/messages.json"


def test_every_chinese_text_has_code_that_says_it(messages: dict[str, str]) -> None:
    assert not set(messages) - set(make_messages.found())


def test_a_translation_has_every_value_once(messages: dict[str, str]) -> None:
    wrong = []
    for english, chinese in messages.items():
        values = Counter(int(number) for number in re.findall(r"\{(\d+)\}", chinese))
        if values != Counter(range(1, english.count("{}") + 1)):
            wrong.append((english, chinese))
    assert not wrong


def test_a_translation_keeps_numbers_commands_and_names(messages: dict[str, str]) -> None:
    wrong = []
    for english, chinese in messages.items():
        plain = re.sub(r"\{\d+\}", "{}", chinese)
        if " ..." in english:  # an input of several sockets: as its kind
            continue
        kept = [*re.findall(r"`[^`]*`", english), *_names(re.sub(r"`[^`]*`|\{\}", " ", english))]
        wrong += [(english, one) for one in kept if one not in plain and one not in chinese]
    assert not wrong


def _names(text: str) -> list[str]:
    """Inputs, models, settings, addresses and numbers."""
    names = re.findall(r"https?://[\w./-]*\w|\w*_\w+|kling-[\w-]+\w|\w+\.toml", text)
    return [*names, *re.findall(r"(?<![\w.-])\d+(?:\.\d+)?(?![\w:-])", text)]


def test_no_translation_ends_otherwise_than_its_text(messages: dict[str, str]) -> None:
    wrong = [
        (english, chinese)
        for english, chinese in messages.items()
        if (english.endswith(".") and not english.endswith("..")) != chinese.endswith("。")
    ]
    assert not wrong


def test_what_no_model_of_any_provider_can_do_is_said_in_chinese(said: Any) -> None:
    problems = {
        problem
        for dialect in DIALECTS.values()
        for operation in OPERATIONS
        for model in {*capabilities.models_for(operation.kind), *dialect.models_for(operation.kind)}
        for asked in _ASKED
        if (problem := dialect.problem(operation.kind, model, asked))
    }
    assert len(problems) > 300
    assert not _left(said, problems)


_ASKED: tuple[dict[str, Any], ...] = (
    *({"mode": mode} for mode in ("std", "pro", "4k")),
    *({"mode": "pro", "duration": seconds} for seconds in (3, 10, 15, 40)),
    *({"mode": "std", "duration": 5, "sound": sound} for sound in ("on", "off")),
    *({"mode": "pro", "frames": frames} for frames in ("none", "first", "first+last", "last")),
    *({"mode": "std", "duration": 10, "camera": kind} for kind in ("any", "simple", "down_back")),
    *({"sound": "on", "video": role} for role in ("feature", "base")),
    *({feature: "some"} for feature in ("references", "elements", "voices")),
    *({"shots": shots} for shots in ("customize", "intelligence")),
    {"aspect_ratio": "21:9"},
    {"resolution": "4k"},
    {"image_reference": "face"},
)


def _left(said: Any, texts: set[str]) -> list[tuple[str, str]]:
    """Texts with English in their Chinese."""
    found = ((text, said(text)) for text in sorted(texts))
    return [(text, chinese) for text, chinese in found if _ENGLISH.search(_VALUES.sub("", chinese))]


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("Not charged. (job kn-20261121-1, task id 842)", "未扣费。（任务 kn-20261121-1，任务 ID 842）"),
        (
            "submitting, about 3 units, 12 of about 60 s, task 842",
            "正在提交，约 3 积分，已 12 秒，共约 60 秒，任务 842",
        ),
        ("asking, 80 s, usually 60 s", "正在询问，80 秒，通常 60 秒"),
        (
            "- Trial pack of mine: 3.5 of 100 units, online, until 2026-12-31",
            "- Trial pack of mine：3.5 / 100 积分，在线，有效期至 2026-12-31",
        ),
        (
            "budget_per_day 100: 3 spent or promised, 97 left, 94 after this",
            "budget_per_day 100：已用或预占 3，剩余 97，此任务后剩余 94",
        ),
        (
            "Of video, video_url, 2 are given: video, video_url. Give exactly one of them.",
            "「视频」、「视频 URL」中，同时提供了 2 个：「视频」、「视频 URL」。只能提供其中一个。",
        ),
        (
            "reference_images, picture 2, is 200 x 100 pixels; each side must have at least 300.",
            "「参考图」的第 2 张图片为 200 x 100 像素；每边至少需要 300。",
        ),
        ("Possible here: a first frame alone, no first frame.", "当前可选：只接首帧，不接首帧。"),
        ("3 pictures and 2 elements are given.", "接入了 3 张图片和 2 个主体。"),
        (
            "Use `kling collect kn-1` (node KlingCollect); that is free.",
            "请使用 `kling collect kn-1`（节点 KlingCollect）；不收费。",
        ),
    ],
)
def test_values_are_put_in_their_places(said: Any, english: str, chinese: str) -> None:
    assert said(english) == chinese


@pytest.mark.parametrize(
    "text",
    [
        "The user has exceeded the limit of the plan.",
        "The server is busy",
        "duration is required",
        "image is too large; give at most 5 MB.",
        "Your account has expired.",
        "There is no second try and no signature.",
        "Tones only, no words.",
        "Failure to pass the risk control system",
        "任务不存在",
        "",
        '{"prompt": "A dog that is running.", "duration": "5"}',
        "/data/clips/a clip of my dog.mp4",
        "kling-v3",
    ],
)
def test_what_is_not_ours_stays_as_it_is(said: Any, text: str) -> None:
    assert said(text) == text


def test_the_words_of_a_provider_stay_inside_a_chinese_sentence(said: Any) -> None:
    text = "Kling refused: refused by content safety ('Not charged. Try again.'). Change the prompt or the picture."
    assert said(text) == "可灵拒绝：因内容安全被拒绝（'Not charged. Try again.'）。请修改提示词或图片。"
    text = "The provider accepted the task, which then failed: Failure to pass the risk control system."
    assert said(text) == "供应商接受了任务，但任务随后失败：Failure to pass the risk control system。"


def test_an_unknown_sentence_stays_whole_beside_a_known_one(said: Any) -> None:
    assert said("Something else happened entirely. Not charged.") == "Something else happened entirely. 未扣费。"


def test_another_language_gets_the_text_itself(translation: ModuleType) -> None:
    assert translation.translated("Not charged.", "en") == "Not charged."


def test_a_text_takes_a_moment(said: Any) -> None:
    said("Not charged.")
    begun = time.process_time()
    for seconds in range(100):
        said(f"processing, {seconds} of about 200 s, task 842")
    assert time.process_time() - begun < 0.5  # some 0.5 ms each, of which a busy machine takes nothing away


def test_an_error_of_each_class_is_shown_in_chinese_and_kept_in_english(pack: ModuleType, in_chinese: None) -> None:
    errors, wording = part_of(pack, "kling_api.errors"), part_of(pack, "nodes.wording")
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.KlingError)]
    assert len(kinds) > 10
    for kind in kinds:
        with pytest.raises(kind) as failure, wording.of_a_node():
            raise kind("model_name is empty.", "Try again.", job_key="kn-1", task_id="842")
        what, advice, charged = str(failure.value).split("\n")
        assert (what, advice) == ("「模型」为空。", "请重试。")
        assert re.fullmatch(r"[^A-Za-z]+（任务 kn-1，任务 ID 842）", charged)
        assert failure.value.what == "model_name is empty."
        assert failure.value.english.startswith("model_name is empty.\nTry again.\n")


def test_what_validation_says_is_chinese(pack: ModuleType, in_chinese: None) -> None:
    nodes = nodes_of(pack)
    why = nodes["KlingText2Video"].validate_inputs(
        model_name="kling-v1", mode="4k", duration=5, sound=False, profile=""
    )
    assert re.search(r"[\u4e00-\u9fff]", why)
    assert why == "kling-v1 不支持「模式」4k。\n当前可选：std、pro。支持的模型：kling-v3、kling-3.0。\n未扣费。"
    assert nodes["KlingCollect"].validate_inputs(key=" ").startswith("「任务键或任务 ID」为空。\n请填任务键（kn-...）")
    assert (
        nodes["KlingCameraControl"]
        .validate_inputs("simple", 1, 2, 0, 0, 0, 0)
        .startswith("camera_control 类型 simple 只能沿一个轴运动，但设置了 2 个：「水平运镜」1、「垂直运镜」2。\n")
    )


def test_what_validation_says_is_english_where_nobody_said_otherwise(pack: ModuleType) -> None:
    assert nodes_of(pack)["KlingCollect"].validate_inputs(key=" ").startswith("key is empty.\nGive a job key")


def test_an_error_while_running_is_chinese(pack: ModuleType, in_chinese: None, provider: Sandbox) -> None:
    with pytest.raises(Exception) as failure:  # noqa: PT011 - the pack's own copy of the class
        execute(pack, "KlingCollect", key="kn-20261121-none")
    assert str(failure.value).startswith("本机找不到任务 kn-20261121-none。\n请填任务键")
    with pytest.raises(Exception) as failure:  # noqa: PT011
        execute(pack, "KlingImage2Video", image=torch.zeros(1, 100, 100, 3), prompt="", model_name="kling-v3")
    assert str(failure.value) == "「首帧」为 100 x 100 像素；每边至少需要 300。\n请放大图片或换一张更大的。\n未扣费。"


def test_the_report_of_an_account_is_chinese(pack: ModuleType, in_chinese: None, provider: Sandbox) -> None:
    report = execute(pack, "KlingAccount").args[0]
    assert report.startswith("配置 sandbox\n")
    assert not _ENGLISH.search(_VALUES.sub("", report)), report


def test_an_estimate_is_chinese_and_its_body_stays_as_it_is_sent(pack: ModuleType, in_chinese: None) -> None:
    text = execute(pack, "KlingEstimate", operation="text2video", prompt="Not charged.", profile="sandbox").args[0]
    assert re.match(r"text2video：约 [\d.]+ 积分\n", text)
    assert '"Not charged."' in text


def test_progress_and_warnings_are_chinese(
    pack: ModuleType, in_chinese: None, provider: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[str] = []
    display = part_of(pack, "nodes.host").ProgressDisplay
    monkeypatch.setattr(display, "show", lambda self, share, text: shown.append(text) or True)
    inputs = {"prompt": "A dog.", "model_name": "kling-v1", "cfg_scale": 0.5}
    execute(pack, "KlingText2Video", **inputs, decode="first")
    assert shown[-1].startswith("完成，")
    assert not [text for text in shown if _ENGLISH.search(_VALUES.sub("", text))]


def test_the_reason_of_a_blocked_output_is_chinese(pack: ModuleType, in_chinese: None) -> None:
    blocked = execute(pack, "KlingVoice", voice_id="abc").args[2]
    assert blocked.message == "以 ID 给出的音色没有试听声音：请断开「音频」。"


def test_any_chinese_browser_counts_and_old_ones_are_forgotten(pack: ModuleType, in_chinese: None) -> None:
    language = part_of(pack, "nodes.language")
    for told, expected in (("zh-TW", "zh"), ("zh", "zh"), ("en-US", "en"), ("fr", "en"), ("ZH-hans", "zh")):
        language.remember("a tab", told)
        assert language.current() == expected
    for number in range(300):
        language.remember(f"tab {number}", "zh")
    assert language.current() == "en"


def test_a_prompt_is_validated_in_the_language_of_whoever_posted_it(pack: ModuleType, in_chinese: None) -> None:
    language = part_of(pack, "nodes.language")
    language.remember("another tab", "en")

    async def post(client: str) -> str:
        language._posted({"client_id": client})
        await asyncio.sleep(0)
        return language.current()

    async def both_at_once() -> list[str]:
        return list(await asyncio.gather(post("a tab"), post("another tab"), post("unknown")))

    assert asyncio.run(both_at_once()) == ["zh", "en", "en"]
    assert contextvars.copy_context().run(language.current) == "zh"  # while it executes, as ComfyUI says


def test_a_thread_speaks_the_language_that_it_is_told(pack: ModuleType) -> None:
    language = part_of(pack, "nodes.language")
    heard: list[str] = []

    def work() -> None:
        with language.speaking("zh"):
            heard.append(language.said("Not charged."))
        heard.append(language.said("Not charged."))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert heard == ["未扣费。", "Not charged."]


def test_the_server_is_asked_once_who_posts_a_prompt(pack: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    import server

    language, handlers = part_of(pack, "nodes.language"), []
    instance = SimpleNamespace(client_id=None, add_on_prompt_handler=handlers.append)
    monkeypatch.setattr(server.PromptServer, "instance", instance, raising=False)
    language.install()
    language.install()
    assert len(handlers) == 1
    prompt = {"client_id": "a tab", "prompt": {}}
    assert contextvars.copy_context().run(handlers[0], prompt) is prompt


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("prompt is empty. Write what the clip should show.", "「提示词」为空。请写明视频内容。"),
        ("duration 7 s is not possible with kling-v2-6.", "kling-v2-6 不支持「时长」7 秒。"),
        ("Set duration to 10, or change the shots.", "请把「时长（秒）」设为 10，或修改镜头。"),
        ("kling-3.0 has no negative_prompt.", "kling-3.0 不支持「负向提示词」。"),
        (
            "Both the first frame (image) and the end frame (end_image) are missing.",
            "「首帧」和「尾帧」都没有接入。",
        ),
        ("Of image, image_url, none is given.", "请提供「首帧」、image_url 中的一个。"),
        (
            "The prompt cites <<<voice_2>>>, but no voices are given. Connect voice_2, or correct the text.",
            "提示词引用了 <<<voice_2>>>，但没有接入音色。请接入「音色 2」，或改正文字。",
        ),
        ("kling-v1 makes a silent clip here; keep_original_sound works with refer_type base.", None),
        ("prompt duration is '{\"prompt\": 1}'.", None),
        ("prompt is 'mode'.", "「提示词」为 'mode'。"),
        ("There is no file at /data/mode/sound duration.mp4.", "/data/mode/sound duration.mp4 处没有文件。"),
        ("There is no file at seed.png.", "seed.png 处没有文件。"),
        ("There is no profile sound.", "没有配置 sound。"),
        (
            "The provider accepted the task, which then failed: The sound mode is not right.",
            "供应商接受了任务，但任务随后失败：The sound mode is not right。",
        ),
        ('{"prompt": "一只狗", "duration": 5}', '{"prompt": "一只狗", "duration": 5}'),
    ],
)
def test_an_input_is_named_by_the_label_that_a_chinese_reader_sees(
    translation: ModuleType, said: Any, english: str, chinese: str | None
) -> None:
    with translation.labels.of_node("KlingImage2Video"):
        told = said(english)
    if chinese is None:  # only what is no input of the node keeps its id
        assert not re.search(r"keep_original_sound」|「[a-z_]+」", told)
    else:
        assert told == chinese


def test_no_text_loses_its_chinese_by_being_told_in_the_words_of_a_node(
    pack: ModuleType, messages: dict[str, str]
) -> None:
    told = part_of(pack, "nodes.wording").told
    inputs = {part for text in messages for part in [told(text)] if part != text and "`" not in part}
    assert not {
        text for text in inputs if text not in messages and "image_list" not in text and "picture {}," not in text
    }


def test_a_unit_is_not_said_twice(translation: ModuleType, said: Any) -> None:
    with translation.labels.of_node("KlingLipSync"):
        told = said("sound_end_time is 900 ms, but the sound lasts 800 ms. Set sound_end_time to at most 800.")
    assert told == "「音频终点」为 900 毫秒，但声音只有 800 毫秒。请把「音频终点（毫秒）」设为不超过 800。"


def test_a_label_is_that_of_the_node_that_speaks(translation: ModuleType, said: Any) -> None:
    heard = []
    for node in ("KlingAvatar", "KlingImage2Video", "KlingText2Video", ""):
        with translation.labels.of_node(node):
            heard.append(said("image is missing."))
    assert heard == ["缺少「人像」。", "缺少「首帧」。", "缺少 image。", "缺少 image。"]


def test_every_check_and_every_run_speaks_of_its_own_node(pack: ModuleType, in_chinese: None) -> None:
    nodes = nodes_of(pack)
    assert nodes["KlingAvatar"].validate_inputs(image_url="").startswith("请提供「人像」、「人像 URL」中的一个。\n")
    assert nodes["KlingOmniImage"].validate_inputs(image_url="x", image=["1", 0]).startswith("「图片」、「图片 URL」中")
    with pytest.raises(Exception) as failure:  # noqa: PT011 - the pack's own copy of the class
        execute(pack, "KlingAvatar", image=torch.zeros(2, 400, 400, 3), text="Hello", profile="sandbox")
    assert "image" not in str(failure.value)
    spec = inspect.getfullargspec(nodes["KlingText2Video"].validate_inputs)  # as ComfyUI asks
    assert {"model_name", "mode", "duration"} <= set(spec.args)
    assert (spec.varargs, spec.varkw) == (None, None)


def test_a_node_names_the_tab_and_nodes_in_place_of_commands() -> None:
    words = make_messages.editor_words()
    said = [text for text in make_messages.found() if "`kling " in text]
    assert len(said) > 15
    for text in said:
        in_the_editor = words.in_the_editor(text)
        for command in re.findall(r"`kling [^`]*`(?! in a terminal)", in_the_editor):
            assert re.match(r"`kling jobs (?:retry|forget)", command), text
            assert f"{command} in a terminal" in in_the_editor or text == in_the_editor, text


def test_what_an_error_advises_can_be_done_in_the_editor(pack: ModuleType, in_chinese: None) -> None:
    errors, wording = part_of(pack, "kling_api.errors"), part_of(pack, "nodes.wording")
    language = part_of(pack, "nodes.language")

    def shown() -> list[str]:
        with pytest.raises(errors.KlingError) as failure, wording.of_a_node():
            raise errors.TaskFailed("Stopped.", "Use `kling collect kn-1` (node KlingCollect); that is free.")
        return str(failure.value).split("\n")

    assert shown() == [
        "已停止。",
        "请使用侧边栏的「可灵」或节点「可灵 取回任务」（填 kn-1）；不收费。",
        "失败的任务通常不扣费；可在侧边栏的「可灵」或供应商的控制台中确认。",
    ]
    with language.speaking("en"):
        assert shown() == [
            "Stopped.",
            'Use the sidebar tab "Kling" or the node Kling Collect (key kn-1); that is free.',
            'A failed task is normally not charged; look into the sidebar tab "Kling" or the provider\'s console.',
        ]


def test_nodes_have_their_menu_names_in_chinese_texts(messages: dict[str, str]) -> None:
    defs = json.loads((make_messages.ROOT / "locales" / "zh" / "nodeDefs.json").read_text(encoding="utf-8"))
    titles = {told["display_name"] for told in defs.values()}
    for english, chinese in messages.items():
        assert not re.search(r"Kling [A-Z]|Kling[A-Z]", chinese) or "`" in chinese, english
        for named in re.findall(r"节点「(可灵[^」]*)」", chinese):
            assert any(title.startswith(named) for title in titles), (english, named)


#: What stands in a {} as it is: ids, values and what is said of a number.
_KEPT = {"std", "pro", "official", "wrapper", "sandbox", "s3", "image", "video", "element", "voice", "sound"}


def test_every_word_of_ours_that_is_put_into_a_sentence_is_translated(said: Any) -> None:
    left = sorted({word for word in make_messages.put_in() if said(word) == word} - _KEPT)
    assert not left, "add them to make_messages._COMPOSED and to locales/zh/messages.json"


def test_a_budget_that_is_spent_is_told_in_chinese_alone(said: Any) -> None:
    limits = Limits(budget_per_day=Decimal(3))
    with pytest.raises(BudgetSpent) as spent:
        limits.check_budget(Decimal(2), Decimal(2), Decimal(2))
    told = said(f"The budget of profile mine does not allow this job: {spent.value}.")
    assert told == "配置 mine 的预算不允许此任务：约需 2 积分；今天已用或预占 2 积分，上限 3 积分（budget_per_day）。"


def test_no_text_of_others_takes_long(pack: ModuleType) -> None:
    """A provider's message may be anything, and ComfyUI answers nobody while it is translated."""
    translated = part_of(pack, "nodes.translation").translated
    translated("Not charged.", "zh")
    for part in ("1 is 2. ", "a, ", "a is b and c or d; ", "(x) ", "job kn-1, "):
        begun = time.process_time()
        translated(part * (3900 // len(part)), "zh")
        assert time.process_time() - begun < 1.0, part
