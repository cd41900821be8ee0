"""Finds every text of the code that a person may see while running the nodes, and keeps locales/zh/messages.json.

Run it to see what has no Chinese yet and what no code says any more; the test runs the same.
"""

from __future__ import annotations

import ast
import importlib.util
import itertools
import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).resolve().parents[1]
MESSAGES = ROOT / "locales" / "zh" / "messages.json"
#: Folders of kling_api that speak to a terminal or are a server of their own.
_OTHERS = {"sandbox", "cli"}
#: Whole modules without a text for a user of the nodes.
_SILENT_MODULES = {
    "kling_api/__main__.py": "the command line",
    "kling_api/library.py": "for the command line alone",
    "kling_api/media/canvas.py": "the demo's contact sheet and the sandbox",
    "kling_api/media/clips.py": "the sandbox and programs write clips",
    "kling_api/media/__init__.py": "for programs",
    "kling_api/kept.py": "names of rows",
    "nodes/wording.py": "names of inputs",
    "nodes/editor_words.py": "parts of sentences that are found where they stand",
    "nodes/labelling.py": "of the translation itself",
    "nodes/message_templates.py": "of the translation itself",
    "nodes/camera_preset.py": "values of a menu",
}
#: Of modules that are schema for the rest: the functions that speak.
_ONLY_FUNCTIONS = {"nodes/inputs.py": {"problem"}}
#: What the code puts together where it cannot be read: where, and what comes of it.
_COMPOSED = {
    "operations/rules.py, counted": (
        *("{} image", "{} images", "{} video", "{} videos", "{} element", "{} elements", "{} voice", "{} voices"),
        *("{} picture", "{} pictures", "no images", "no videos", "no elements", "no voices", "no pictures"),
    ),
    "operations/omni.py": ("Give at most {} together beside a clip.",),
    "words that stand in sentences": ("job", "task", "units", "credits", "quota", "picture", "pictures", "clip"),
    "errors.py, the ids; redaction.py, named": (
        *("job {}", "task {}", "task id {}", "request id {}", "code {}", "job or task {}", "{} task {}"),
    ),
    "job.py, State; dialects/wire.py, TaskState and Pack": (
        *("created", "sending", "unknown", "running", "collected", "refused", "failed", "processing", "succeeded"),
        *("queued", "online", "runOut", "expired", "toBeOnline"),
    ),
    "watch.py; wait.py; submit.py": ("asking", "submitted", "submitting", "usually {} s", "{} s"),
    "explain.py": ("duration {} s", "camera_control type {}"),
    "account.py": (
        *("until {}", "none", "{} units", "{} image units", "{} credits", "{} kie.ai credits", "{} quota"),
        *("{} of {} units", "{} of {} image units", "{} of {} credits", "{} of {} kie.ai credits", "{} of {} quota"),
    ),
    "checks/held.py": ("{} has {} MB; the limit is {} MB.",),
    "nodes/clips.py": ("Warning: {}",),
    "nodes/wording.py, told": (
        *("Pick one with the node `ImageFromBatch`.", "element_1 ...", "voice_1 ...", "image_1 ..."),
        *(
            "no element_1 ...",
            "no voice_1 ...",
            "voice_1 ... is given, but sound is off.",
            "mask is given without image.",
        ),
        *("The end frame (end_image)", "Disconnect end_image or multi_shot.", "Remove end_image or camera_control."),
        "Both the first frame (image) and the end frame (end_image) are missing.",
        "end_image is not possible for {} with {} in mode {} at dialect {}",
    ),
    "explain.py, a switch; limits.py": ("off", "today"),
    "checks and rules.py, what is cited": (
        "The prompt does not cite <<<{}>>>: that image {}.",
        "Connect the image, or correct the text.",
        "The prompt does not cite <<<{}>>>: that video {}.",
        "Connect the video, or correct the text.",
        "The prompt does not cite <<<{}>>>: that element {}.",
        "Connect the element, or correct the text.",
        "The prompt does not cite <<<{}>>>: that voice {}.",
        "Connect the voice, or correct the text.",
    ),
    "explain.py, whole sentences": (
        "No first frame is not possible with {}.",
        "A first frame alone is not possible with {}.",
        "An end frame without a first frame is not possible with {}.",
    ),
    "nodes/estimate.py": ("{} spent or promised", "{} left"),
    "dialects, _WHOSE": ("kie.ai's", "Kling's"),
}
COMPOSED = {text: place for place, texts in _COMPOSED.items() for text in texts}
#: Calls whose texts are not for a user: SQL, logs, patterns, schema parts.
_SILENT_CALLS = {
    *("compile", "fullmatch", "search", "match", "sub", "findall", "execute", "executemany", "executescript"),
    *("debug", "info", "warning", "exception", "error", "Thread", "getLogger", "pragma", "strftime"),
    *("_change", "_one", "_rows", "_update", "search_aliases", "format_map", "add_header"),
}
_SCHEMA = re.compile(r"\b(?:Input|Output|Schema|Combo|search_aliases)\b")
_TOOLTIPS = {"tooltip", "description", "display_name", "category", "search_aliases"}
#: One word that is shown by itself; it is said by one of these calls.
_SAYING = {"tell", "last_words", "Progress"}
#: Texts that look like sentences and are none, or that nobody sees in ComfyUI: pattern -> reason.
EXCEPTIONS = {
    r"^(SELECT|UPDATE|INSERT|DELETE|PRAGMA|BEGIN|CASE|ALTER|CREATE)\b|\w+ (=|<>|>=|<|IN|IS) (\?|\(|')|= \?|NULL": "SQL",
    r"^(Bearer|Content-Disposition|Content-Type|multipart)": "HTTP",
    r"\(\?i\)|\\b|\\d": "patterns",
    r"^(HTTP \d+)$|^\{\} ms$": "keys of a table, and what a program is shown",
    r"^(refused for (now|good)|a task with our key|no such task$|nobody knows whether)": "names of decisions",
    r"^Pick one with": "said without what is for programs, see _COMPOSED",
    r"^kling[ -](upload|download|heartbeat|job|account|nodes)|^Application Support$": "names of threads and files",
    r"COALESCE|WHEN|UNION ALL|^asking \{\}$": "SQL, and names of rows",
    r"kling_api\.|one that uses the ledger|Client in it|^\{\} is a \{\}\.$": "for programs alone",
    r"^(made on this machine|the usual one|clip or sound|<job key>|lip sync|of the clip)$": "values and names",
    r"is not uploaded yet|before it sends the order": "a mistake of ours, never of the user",
    r"tells of one task at a time\.$": "a mistake of ours, too",
    r"^\{\}, picture \{\}": "the name of an input",
    r"^shot \{\}, \{\}": "what is sent",
    r"^its answer leaves tasks out$": "for the log",
    r"^kn-": "keys",
    r"^kling (thumbnails|routes|question)$|^inline;|^private, max-age": "threads and HTTP",
    r"^ of \{\}$|^\{\} has \{\}$": "more exactly in _COMPOSED",
    r"^; or $|^ and \{\}$|^\{\} task$|^ beside a clip$": "lists and tails, which are put together",
}


@dataclass
class Found:
    """A sentence of the code, values as {}, and where it stands."""

    text: str
    places: list[str] = field(default_factory=list)


@cache
def found() -> dict[str, Found]:
    """All sentences by their text."""
    every: dict[str, Found] = {}
    for path in _sources():
        tree = ast.parse(path.read_text(encoding="utf-8"))
        name = _in_repository(path)
        for text, line in _Reader(tree, path.parent.name == "nodes", _ONLY_FUNCTIONS.get(name)).read():
            for sentence in sentences(text):
                every.setdefault(sentence, Found(sentence)).places.append(f"{name}:{line}")
    for text, place in _of_data():
        for sentence in sentences(text):
            every.setdefault(sentence, Found(sentence)).places.append(place)
    for text, place in COMPOSED.items():
        every.setdefault(text, Found(text)).places.append(place)
    for said in [said for said in every.values() if "`kling " in said.text]:
        in_the_editor = editor_words().in_the_editor(said.text)
        every.setdefault(in_the_editor, Found(in_the_editor)).places.extend(said.places)
    return every


@cache
def editor_words() -> ModuleType:
    """The module of the nodes, which needs nothing of ComfyUI."""
    spec = importlib.util.spec_from_file_location("editor_words", ROOT / "nodes" / "editor_words.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def sentences(text: str) -> list[str]:
    """Those of a text of the code; a value that is a sentence by itself is translated by itself."""
    text = re.sub(r"(?<=[^.][.!?])(?:\{\})+(?=\s|$)", "", text)
    text = re.sub(r"(?:\{\}){2,}", "{}", text)
    return [part for chunk in re.split(r"(?<=[^\s.][.!?])\s+|\n", text) if (part := _without_sentences(chunk))]


def _without_sentences(chunk: str) -> str:
    chunk = re.sub(r"^(?:\{\} )+(?=(?:[A-Z][a-z]|A |`))", "", chunk.strip())
    chunk = re.sub(r"(?<=[a-zL)])\{\}(?=\.?$)", "", chunk)  # more of the sentence, set off by a sign of its own
    chunk = re.sub(r"^[,;:] ", "", chunk)
    chunk = re.sub(r"^- ", "", chunk)
    chunk = chunk[1:-1] if re.fullmatch(r"\([^()]*\)", chunk) else chunk
    return chunk if re.search(r"[A-Za-z]{2}", chunk.replace("{}", "")) else ""


def put_in() -> set[str]:
    """Words that the code puts into the {} of a sentence by a name: of a loop over tuples, or by a choice."""
    every: set[str] = set()
    for path in _sources():
        for function in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(function, ast.FunctionDef):
                every |= _words_of(function)
    return every


def _words_of(function: ast.FunctionDef) -> set[str]:
    nodes = list(ast.walk(function))
    texts = [node for node in nodes if isinstance(node, ast.JoinedStr) and _is_sentence(node)]
    used = {name for text in texts for name in _put_in(text)}
    words: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.Assign) and {getattr(one, "id", "") for one in node.targets} & used:
            words |= _literals(node.value)
        if isinstance(node, ast.For) and isinstance(node.target, ast.Tuple):
            words |= _looped(function, node, used)
    return {word for word in words if re.fullmatch(r"[a-z]+(?: [a-z]+)*", word)}


def _looped(function: ast.FunctionDef, loop: ast.For, used: set[str]) -> set[str]:
    """Of `for a, b in ((.., ..), ..)`, written there or before, the words that stand for a name in `used`."""
    assert isinstance(loop.target, ast.Tuple)
    rows = loop.iter
    if isinstance(rows, ast.Name):
        given = [one.value for one in ast.walk(function) if isinstance(one, ast.Assign) and _name_of(one) == rows.id]
        rows = given[0] if given else rows
    words: set[str] = set()
    for row in rows.elts if isinstance(rows, ast.Tuple | ast.List) else ():
        if isinstance(row, ast.Tuple):
            for target, value in zip(loop.target.elts, row.elts, strict=False):
                words |= _literals(value) if getattr(target, "id", "") in used else set()
    return words


def _name_of(assigned: ast.Assign) -> str:
    return getattr(assigned.targets[0], "id", "")


def _is_sentence(text: ast.JoinedStr) -> bool:
    return len(re.findall(r"[a-z]{2,} ", "".join(alternatives(text) or ()))) > 2


def _put_in(text: ast.JoinedStr) -> set[str]:
    values = (part.value for part in text.values if isinstance(part, ast.FormattedValue))
    return {value.id for value in values if isinstance(value, ast.Name)}


def _literals(value: ast.expr) -> set[str]:
    """The texts that it may be."""
    if isinstance(value, ast.IfExp):
        return _literals(value.body) | _literals(value.orelse)
    return {value.value} if isinstance(value, ast.Constant) and isinstance(value.value, str) else set()


def _sources() -> list[Path]:
    every = [*(ROOT / "kling_api").rglob("*.py"), *(ROOT / "nodes").glob("*.py")]
    return sorted(
        path for path in every if not _OTHERS & set(path.parts) and _in_repository(path) not in _SILENT_MODULES
    )


def _in_repository(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _of_data() -> Iterator[tuple[str, str]]:
    """What the tables say of error codes."""
    for path in sorted((ROOT / "kling_api" / "data").glob("*.json")):
        for text in _meanings(json.loads(path.read_text(encoding="utf-8"))):
            yield text, _in_repository(path)


def _meanings(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for name, inner in value.items():
            if name in ("meaning", "advice") and isinstance(inner, str):
                yield inner
            else:
                yield from _meanings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _meanings(inner)


class _Reader:
    """The texts of one module that may reach a user, with their lines."""

    def __init__(self, tree: ast.Module, is_node: bool, only: set[str] | None) -> None:
        self._tree, self._is_node, self._only = tree, is_node, only
        self._silent = set(_docstrings(tree))
        self._used = _used_by_code(tree) if is_node else set[str]()
        self._said: list[tuple[str, int]] = []

    def read(self) -> list[tuple[str, int]]:
        for node in self._tree.body:
            if self._only is not None and getattr(node, "name", "") not in self._only:
                continue
            if not self._is_node or not self._is_schema(node):
                self._walk(node, False)
        return self._said

    def _is_schema(self, node: ast.stmt) -> bool:
        """Of a node's module: constants that only a schema uses, and functions that return parts of one."""
        if isinstance(node, ast.FunctionDef):
            return bool(_SCHEMA.search(ast.unparse(node)))
        if not isinstance(node, ast.Assign | ast.AnnAssign):
            return False
        names = {name.id for target in _targets(node) for name in ast.walk(target) if isinstance(name, ast.Name)}
        return not names & self._used

    def _walk(self, node: ast.AST, said: bool) -> None:
        if id(node) in self._silent or _is_silent(node):
            return
        if (texts := alternatives(node)) is not None:
            self._add(node, texts, said)
            for value in _values(node):
                self._walk(value, False)
            return
        for child in ast.iter_child_nodes(node):
            self._walk(child, isinstance(node, ast.Call) and _name(node.func) in _SAYING)

    def _add(self, node: ast.AST, texts: list[str], said: bool) -> None:
        for text in texts:
            prose = re.search(r"\S \S|\w\.$", text) or (said and re.fullmatch(r"[a-z]+", text))
            if prose and not any(re.search(pattern, text) for pattern in EXCEPTIONS):
                self._said.append((text, getattr(node, "lineno", 0)))


def alternatives(node: ast.AST) -> list[str] | None:
    """The texts that an expression may be, values as {}; None for what is no text."""
    if isinstance(node, ast.Constant):
        return [node.value] if isinstance(node.value, str) else None
    if isinstance(node, ast.JoinedStr):
        parts = [_of_part(part) for part in node.values]
        return ["".join(chosen) for chosen in itertools.product(*parts)]
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        left, right = alternatives(node.left), alternatives(node.right)
        if left is None and right is None:
            return None
        return ["".join(chosen) for chosen in itertools.product(left or ["{}"], right or ["{}"])]
    return None


def _of_part(part: ast.expr) -> list[str]:
    if not isinstance(part, ast.FormattedValue):
        return alternatives(part) or ["{}"]
    if isinstance(part.value, ast.IfExp):
        return [text for one in (part.value.body, part.value.orelse) for text in alternatives(one) or ["{}"]]
    return ["{}"]


def _values(node: ast.AST) -> Iterator[ast.AST]:
    """The expressions inside a text that are none of its alternatives."""
    if isinstance(node, ast.BinOp):
        yield from (side for side in (node.left, node.right) if alternatives(side) is None)
        for side in (node.left, node.right):
            yield from _values(side)
    if isinstance(node, ast.JoinedStr):
        for part in node.values:
            if not isinstance(part, ast.FormattedValue):
                continue
            if isinstance(part.value, ast.IfExp):
                for one in (part.value.body, part.value.orelse):
                    yield from _values(one) if alternatives(one) is not None else (one,)
            else:
                yield part.value


def _is_silent(node: ast.AST) -> bool:
    if isinstance(node, ast.FunctionDef) and node.name in ("define_schema", "__repr__"):
        return True
    if isinstance(node, ast.keyword):
        return node.arg in _TOOLTIPS
    return isinstance(node, ast.Call) and _name(node.func) in _SILENT_CALLS


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _targets(node: ast.Assign | ast.AnnAssign) -> list[ast.expr]:
    return node.targets if isinstance(node, ast.Assign) else [node.target]


def _used_by_code(tree: ast.Module) -> set[str]:
    """Names that a function uses which is no part of a schema."""
    used: set[str] = set()
    for node in ast.walk(tree):
        is_function = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        if is_function and not _SCHEMA.search(ast.unparse(ast.Module(node.body, []))) and node.name != "define_schema":
            used |= {name.id for name in ast.walk(node) if isinstance(name, ast.Name)}
    return used


def _docstrings(tree: ast.Module) -> Iterator[int]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield id(node)


def main() -> int:
    said = found()
    there = json.loads(MESSAGES.read_text(encoding="utf-8")) if MESSAGES.exists() else {}
    for text in said:
        if text not in there:
            print(f"{said[text].places[0]}: {text}")
    for text in there:
        if text not in said:
            print(f"no code says: {text}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
