"""Tables of what each model can do, from the capability data. One row per model; those that end are marked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from kling_api.models import Model, Way, models_with

from .markdown import span, table
from .words import WORDS

Ways = Sequence[Way]


@dataclass(frozen=True)
class Ability:
    """What some ways of a model allow: its name in WORDS, and which they are."""

    name: str
    has: Callable[[Way], bool]


ABILITIES = (
    Ability("can sound", lambda way: "on" in way.sound),
    Ability("can end", lambda way: bool({"first+last", "last"} & set(way.frames))),
    Ability("can camera", lambda way: bool(way.camera)),
    Ability("can voices", lambda way: "some" in way.voices),
    Ability("can image", lambda way: "some" in way.references and bool(way.resolution)),
    Ability("can references", lambda way: "some" in way.references and not way.resolution),
    Ability("can subject", lambda way: "subject" in way.image_reference),
    Ability("can elements", lambda way: "some" in way.elements),
    Ability("can shots", lambda way: "customize" in way.shots or "intelligence" in way.shots),
    Ability("can feature", lambda way: "feature" in way.video),
    Ability("can base", lambda way: "base" in way.video),
    Ability("can series", lambda way: "series" in way.result_type),
    Ability("can auto", lambda way: "auto" in way.aspect_ratio),
)
#: Feature of a node -> the ability that it is for.
OF_FEATURE = {"camera": "can camera", "shots": "can shots", "voices": "can voices", "elements": "can elements"}


def of_operation(operation: str, language: str) -> str:
    """The table of an operation's models; "" for an operation without models."""
    words = WORDS[language]
    able = models_of(operation)
    if not able:
        return ""
    pictures = any(way.resolution for model in able for way in model.ways[operation])
    rows = [_row(model, model.ways[operation], operation, words) for model in able]
    headings = (words["model"], words["sizes" if pictures else "modes"], words["able"])
    return "\n\n".join([_slim(table, headings, rows), *ends(able, operation, language)])


def of_feature(feature: str, names: dict[str, str], language: str) -> str:
    """The models that have a feature, by the node that they are chosen in. `names`: of the nodes, by operation."""
    words = WORDS[language]
    ability = next(one for one in ABILITIES if one.name == OF_FEATURE[feature])
    rows, retired = [], []
    for operation, node in names.items():
        able = [model for model in models_of(operation) if any(map(ability.has, model.ways[operation]))]
        for model in able:
            rows.append((node, name_of(model), _condition(ability, model.ways[operation], words)))
        retired += [model.retired for model in able]
    table_of_all = _slim(table, (words["node"], words["model"], words["when"]), rows)
    return table_of_all + _ending(retired, words)


def _ending(days: list[str], words: dict[str, str]) -> str:
    """What the mark beside a model means; "" where none is marked."""
    last = max(days, default="")
    return f"\n\n{words['ending'].format(last)}" if last else ""


def models_of(operation: str) -> list[Model]:
    return [model for model in models_with(operation).values() if model.ways.get(operation)]


def ends(models: Iterable[Model], operation: str, language: str) -> list[str]:
    """What the mark beside a model means."""
    retired = [model for model in models if model.retired]
    if not retired:
        return []
    heirs = dict.fromkeys((model.id, model.heir(operation)) for model in retired)
    words = WORDS[language]
    told = words["semicolon"].join(f"{old} → {_heir(new)}" for old, new in heirs)
    return [f"{words['ending'].format(retired[0].retired)} {words['nearest'].format(told)}"]


def _heir(words: str) -> str:
    """An id, perhaps with words after it that say how."""
    return words.split(" ")[0]


def name_of(model: Model) -> str:
    """As it stands in a narrow table, with the mark of those that end; code would not break between its words."""
    return f"{model.id}{' †' if model.retired else ''}"


def _slim(
    make: Callable[[Sequence[str], Iterable[Sequence[str]]], str], headings: Sequence[str], rows: list[tuple[str, ...]]
) -> str:
    """Without columns in which no row says anything."""
    kept = [0, *(at for at in range(1, len(headings)) if any(row[at] not in ("", "-") for row in rows))]
    return make([headings[at] for at in kept], [[row[at] for at in kept] for row in rows])


def _row(model: Model, ways: Ways, operation: str, words: dict[str, str]) -> tuple[str, ...]:
    if operation == "motion-control":
        first = f"{'/'.join(_modes(ways))}<br>{words['as the clip']}"
    elif any(way.mode for way in ways):
        first = lengths([way for way in ways if way.duration])
    else:
        first = ", ".join(dict.fromkeys(size for way in ways for size in way.resolution)) or "-"
    return name_of(model), first, _abilities(ways, words) or "-"


def lengths(ways: Ways) -> str:
    """ "std/pro: 5, 10 s", in two lines."""
    seconds: dict[str, set[int]] = {}
    for way in ways:
        for mode in way.mode:
            seconds.setdefault(mode, set()).update(way.duration)
    grouped: dict[str, list[str]] = {}
    for mode, values in seconds.items():
        grouped.setdefault(span(sorted(values)), []).append(mode)
    return "<br>".join(f"{'/'.join(modes)}<br>{in_seconds(values)}" for values, modes in grouped.items())


def in_seconds(values: str) -> str:
    """A number and its unit stay in one line."""
    return f"{values} s".replace(" ", "\N{NO-BREAK SPACE}")


def _abilities(ways: Ways, words: dict[str, str]) -> str:
    found = _plain(ways, words)
    for ability in ABILITIES:
        if (
            ability.name == "can image"
            and all(map(ability.has, ways))
            and all("none" not in way.references for way in ways)
        ):
            found.append(words["must image"])
        elif any(map(ability.has, ways)):
            if ability.name == "can sound" and all(way.sound == ("on",) for way in ways):
                found.append(words["can always sound"])
                continue
            condition = _condition(ability, ways, words)
            found.append(words[ability.name] + (words["brackets"].format(condition) if condition else ""))
    return words["comma"].join(found)


def _plain(ways: Ways, words: dict[str, str]) -> list[str]:
    """Where a clip from text alone has not all the seconds that others may have."""
    bare = [way for way in ways if {"none"} == {*way.references, *way.elements, *way.video}]
    seconds = _seconds(bare)
    return [words["plain"].format(span(seconds))] if seconds and seconds != _seconds(ways) else []


def _condition(ability: Ability, ways: Ways, words: dict[str, str]) -> str:
    """What must be chosen for it, where not everything will do."""
    able = [way for way in ways if ability.has(way)]
    said = []
    if set(_modes(able)) != set(_modes(ways)):
        said.append(", ".join(_modes(able)))
    if _sizes(able) != _sizes(ways):
        said.append(", ".join(_sizes(able)))
    if (seconds := _seconds(able)) and seconds != _seconds(ways) and ability.name != "can base":
        said.append(f"{span(seconds)} s")
    if ability.name != "can sound":
        said += _sound(able, ways, words)
    if ability.name == "can camera" and all(way.camera == ("simple",) for way in able):
        said.append(words["one axis"])
    return words["comma"].join(said)


def _sound(able: Ways, ways: Ways, words: dict[str, str]) -> list[str]:
    possible, all_sounds = ({sound for way in some for sound in way.sound} for some in (able, ways))
    if possible == all_sounds:
        return []
    return [words["loud" if possible == {"on"} else "silent"]]


def _modes(ways: Ways) -> list[str]:
    return list(dict.fromkeys(mode for way in ways for mode in way.mode))


def _sizes(ways: Ways) -> list[str]:
    return list(dict.fromkeys(size for way in ways for size in way.resolution))


def _seconds(ways: Ways) -> list[int]:
    return sorted({second for way in ways for second in way.duration})
