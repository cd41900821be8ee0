"""Commands of a terminal, in the words of the editor: the sidebar tab and the nodes that do the same.

What only a terminal can do stays, and is said to be so. An artist need not have one open.
"""

from __future__ import annotations

import re

_TAB = 'the sidebar tab "Kling"'
_IN_THE_EDITOR = (
    (r"Only `kling collect (\S+)` \(node KlingCollect\)", r"Only the node Kling Collect (key \1)"),
    (r"`kling collect (\S+)` \(node KlingCollect\)", rf"{_TAB} or the node Kling Collect (key \1)"),
    (
        r"`kling collect TASK_ID --operation (\S+) --profile ([^`]+)`",
        r"the node Kling Collect (its task id as key, operation \1, profile \2)",
    ),
    (r"`kling collect TASK_ID --operation NAME`", "the node Kling Collect with that id and its operation"),
    (r": `kling collect (\S+) --operation (\S+)`", r": fetch it with the node Kling Collect (key \1, operation \2)"),
    (r"[Cc]heck `kling jobs`", f"look into {_TAB}"),
    (r"Look at it with `kling jobs`", f"Look at it in {_TAB}"),
    (r"`kling doctor` shows what is in force", f"{_TAB} shows the profiles"),
    (r" \(`kling doctor`\)", f" ({_TAB} names its host)"),
    (r"`kling jobs`", _TAB),
    (r"`kling doctor`", "the node Kling Account"),
    (r"(`kling jobs (?:retry|forget) [^`]*`)", r"\1 in a terminal"),
)
_COMMANDS = tuple((re.compile(command), way) for command, way in _IN_THE_EDITOR)


def in_the_editor(text: str) -> str:
    """The text with other ways in place of commands; most texts have none."""
    if "`kling " not in text:
        return text
    for command, way in _COMMANDS:
        text = command.sub(way, text)
    return re.sub(r"(^|[.:?!] |\n)the sidebar", r"\1The sidebar", text)
