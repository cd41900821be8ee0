"""What the library says, in the words of a node (its inputs) and in its user's language. Done last, at the edge.

Nothing here decides anything; a name that is not in the table is a name of the node too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from ..kling_api.errors import Charged, KlingError
from .editor_words import in_the_editor
from .language import said

#: The last line of a refusal.
UNSENT = Charged.NO.value
_SENTENCE = re.compile(r"(?<=[^\s.][.!?])\s+")
#: Field of an operation -> input of a node. "_1 ..." stands for sockets with numbers, which hold the field in order.
INPUTS = {
    "video_url": "video",
    "refer_video": "video",
    "image_url": "image",
    "image_tail": "end_image",
    "mask_image": "mask",
    "image_list": "image_1 ...",
    "images": "image_1 ...",
    "subject_image_list": "subject_image_1 to subject_image_4",
    "sound_file": "audio",
    "voice_url": "audio",
    "element_list": "element_1 ...",
    "voice_list": "voice_1 ...",
    "tag_list": "tags",
    "element_voice_id": "voice",
}
#: For a node whose words are the API's own.
NONE: dict[str, str] = {}
_NUMBERED = "_1 ..."
#: Input -> the text that takes its URLs, where that is not the input's name with "_url".
_URLS = {"image_1 ...": "image_urls", INPUTS["subject_image_list"]: "subject_image_urls"}
#: A field, perhaps one of its pictures, perhaps said to be no URL. "images" alone is an English word.
_FIELD = re.compile(
    r"^(?P<no_url>\w+)(?P<which>(?:, picture \d+,)?)(?= is not an http\(s\) URL)"
    r"|\b(?P<several>\w+), picture (?P<number>\d+),"
    rf"|\b(?P<field>{'|'.join(name for name in INPUTS if name != 'images')})\b"
)
#: A picture that a prompt cites by its number, where no socket has one.
_CITED = re.compile(r"(?<=^Connect )image_\d+(?=, or correct)")
#: How a Python program would do it.
_FOR_PROGRAMS = re.compile(r" \((?:kling_api\.|in Python:)[^)]*\)| kling_api\.\w+\.\w+ [^.]*\.")


@contextmanager
def of_a_node(names: Mapping[str, str] = INPUTS) -> Iterator[None]:
    """A KlingError that leaves is the same one, in the words of a node; it shows itself in the user's language."""
    try:
        yield
    except KlingError as error:
        error.what, error.advice = told(error.what, names), told(error.advice, names)
        error.shown = said(in_the_editor(error.english))
        raise


def refused(what: str, advice: str = "") -> str:
    """What validate_inputs answers, in the user's language: three lines, like every other error.

    What is wrong, what to do, and that nothing was charged. Without `advice`, the first sentence says what is wrong.
    """
    if not advice:
        what, *more = _SENTENCE.split(what, maxsplit=1)
        advice = "".join(more)
    return said("\n".join(line for line in (what, advice, UNSENT) if line))


def told(text: str, names: Mapping[str, str] = INPUTS) -> str:
    """The text with inputs in place of fields and the editor in place of commands; nothing for programs alone."""
    text = in_the_editor(_FOR_PROGRAMS.sub("", text))
    if not names:
        return text
    pictures = names.get("image_list", _NUMBERED)
    if not pictures.endswith(_NUMBERED):
        text = _CITED.sub(pictures, text)
    return _FIELD.sub(lambda found: _named(found, text, names), text)


def _named(found: re.Match[str], text: str, names: Mapping[str, str]) -> str:
    if field := found["no_url"]:
        return f"{_url(names, field)}{found['which']}"
    if field := found["several"]:
        return _numbered(names, field, found["number"])
    name = names[found["field"]]
    # A text of the node itself names both: "image and image_url are both given".
    is_its_own = found["field"] == f"{name}_url" and re.search(rf"(?<![\w-]){name}(?![\w-])", text)
    return found["field"] if is_its_own else name


def _url(names: Mapping[str, str], field: str) -> str:
    if field not in names and field.endswith(("_url", "_urls")):
        return field
    name = names.get(field, field)
    return _URLS.get(name, f"{name}_url")


def _numbered(names: Mapping[str, str], field: str, number: str) -> str:
    name = names.get(field, field)
    if name.endswith(_NUMBERED):
        return f"{name.removesuffix(_NUMBERED)}_{number}"
    return f"{name}, picture {number},"
