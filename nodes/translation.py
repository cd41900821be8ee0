"""Our English texts in Chinese, line by line, with the labels that a Chinese reader sees on the inputs.

The sentences are in `sentences`, the labels in `labelling`; both load when the first text is told in Chinese.
"""

from __future__ import annotations

from . import labels

#: A longer line is none of our texts: a request's body.
_LONGEST = 4000


def translated(text: str, language: str) -> str:
    """The text in that language, "en" or "zh", line by line. Never raises; what is not ours comes back as it is.

    In Chinese, inputs have the labels that the reader sees.
    """
    if language != "zh" or not text:
        return text
    return "\n".join(_told(line) if len(line) < _LONGEST else line for line in text.split("\n"))


def _told(line: str) -> str:
    # Here, not above: their patterns must not slow ComfyUI's start.
    from . import labelling, sentences

    text = sentences.line_in_chinese(line)
    return text if text == line else labelling.labelled(text, labels.current())
